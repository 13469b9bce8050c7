"""Operations on what moves a letter's deadline."""

from typing import Any

from rest_framework import serializers

from accounts.roles import Capability
from complaints.api.acting import Act, Reason
from complaints.deadlines import LEVEL_LABELS
from complaints.services import extensions, proceedings, reviews
from complaints.services.replies import MEANS

MAX_TEXT = 5000


class Dated(serializers.Serializer[Any]):
    """那一天发生的；不填就是今天。"""

    on = serializers.DateField(required=False, allow_null=True, default=None, help_text="日期")


class DatedReason(Dated, Reason):
    """原因与日期。"""


class ExtensionSerializer(Reason):
    """申请哪一级延期，为什么。"""

    level = serializers.ChoiceField(choices=list(LEVEL_LABELS.items()), help_text="延期的级别")


class ApprovalSerializer(serializers.Serializer[Any]):
    """批准；情况特别复杂的须写明上级的批准。"""

    authority = serializers.CharField(
        max_length=100, allow_blank=True, default="", help_text="批准机构和文号"
    )


class NotifySerializer(Dated):
    """怎样告知。"""

    means = serializers.ChoiceField(choices=[(one, one) for one in MEANS], help_text="告知方式")


class AppraisalSerializer(NotifySerializer):
    """鉴定什么，怎样告知。"""

    matter = serializers.CharField(max_length=300, help_text="委托谁鉴定什么")


class ReviewDecisionSerializer(Dated):
    """核查决定。"""

    result = serializers.ChoiceField(choices=[(one, one) for one in reviews.RESULTS])
    opinion = serializers.CharField(max_length=MAX_TEXT, help_text="核查意见")


_CONFIRM = Capability.LETTERS_CONFIRM
ACTS = (
    Act("extension_ask", ExtensionSerializer, "handles", extensions.extension_ask, "申请延期。"),
    Act(
        "extension_approve", ApprovalSerializer, "confirms", extensions.extension_approve,
        "批准延期，由申请人以外的人。", _CONFIRM,
    ),
    Act(
        "extension_refuse", Reason, "confirms", extensions.extension_refuse, "不予延期。", _CONFIRM
    ),
    Act(
        "extension_notify", NotifySerializer, "handles", extensions.extension_notify,
        "告知投诉人延期；再延长的期限自此生效。",
    ),
    Act(
        "appraisal_start", AppraisalSerializer, "handles", proceedings.appraisal_start,
        "开始鉴定，期限停止计算。",
    ),
    Act("appraisal_end", Dated, "handles", proceedings.appraisal_end, "鉴定结束，期限接着计算。"),
    Act("new_facts", DatedReason, "handles", proceedings.new_facts_add, "登记新事实，期限重新计算。"),
    Act("withdraw", DatedReason, "handles", proceedings.letter_withdraw, "客户撤回，来信终止。"),
    Act("review_ask", DatedReason, "handles", reviews.review_ask, "登记核查申请。"),
    Act(
        "review_decide", ReviewDecisionSerializer, "confirms", reviews.review_decide,
        "作出核查决定，由承办人以外的人。", _CONFIRM,
    ),
)  # fmt: skip
