"""Letters as the API shows them: texts masked, customers by first character and last digits."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from complaints.api.references import (
    LetterStaffSerializer,
    LetterUnitSerializer,
    LetterUserSerializer,
)
from complaints.deadlines import Clock
from complaints.models import (
    Attachment,
    Kind,
    Letter,
    LetterNote,
    Responsibility,
)
from complaints.selectors.customers import customer_masked
from complaints.selectors.letter_page import FindingRow, LetterPage, NoteRow, ReplyRow


class LetterSerializer(serializers.ModelSerializer[Letter]):
    """来信。内容已隐去客户姓名与号码。"""

    unit = LetterUnitSerializer(read_only=True, allow_null=True)
    staff = LetterStaffSerializer(read_only=True, allow_null=True)
    handler = LetterUserSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Letter
        fields = [
            "id", "reference", "channel", "source", "kind", "first_kind", "state", "severity",
            "received_at", "unit", "staff", "service_channel", "business", "cause", "text",
            "handler", "due_on", "answered_on", "is_late", "closed_at", "outcome",
        ]  # fmt: skip
        read_only_fields = fields


class CustomerSerializer(serializers.Serializer[Any]):
    """客户，已隐去中间部分。"""

    name = serializers.CharField()
    phone = serializers.CharField()
    card = serializers.CharField()
    identity = serializers.CharField()


class LetterNoteSerializer(serializers.Serializer[NoteRow]):
    """一条办理记录，已隐去客户信息。"""

    id = serializers.IntegerField(source="note.pk")
    kind = serializers.ChoiceField(source="note.kind", choices=LetterNote.Kind.choices)
    body = serializers.CharField()
    satisfied = serializers.BooleanField(source="note.satisfied", allow_null=True)
    author = LetterUserSerializer(source="note.author", allow_null=True)
    at = serializers.DateTimeField(source="note.at")


class LetterAttachmentSerializer(serializers.Serializer[Any]):
    """一个附件；来信附件只有承办人与服务办可以下载。"""

    uuid = serializers.UUIDField(source="file.uuid")
    kind = serializers.ChoiceField(source="file.kind", choices=Attachment.Kind.choices)
    name = serializers.CharField()
    media_type = serializers.CharField(source="file.media_type")
    size = serializers.IntegerField(source="file.size")
    sha256 = serializers.CharField(source="file.sha256")
    may_open = serializers.BooleanField()
    created_at = serializers.DateTimeField(source="file.created_at")


class LetterReplySerializer(serializers.Serializer[ReplyRow]):
    """一份答复或草稿，已隐去客户信息。"""

    id = serializers.IntegerField(source="reply.pk")
    body = serializers.CharField()
    means = serializers.CharField(source="reply.means")
    author = LetterUserSerializer(source="reply.author")
    sent_at = serializers.DateTimeField(source="reply.sent_at", allow_null=True)
    updated_at = serializers.DateTimeField(source="reply.updated_at")


class LetterFindingSerializer(serializers.Serializer[FindingRow]):
    """一份责任认定，已隐去客户信息。"""

    id = serializers.IntegerField(source="row.pk")
    finding = serializers.ChoiceField(source="row.finding", choices=Responsibility.Finding.choices)
    state = serializers.ChoiceField(source="row.state", choices=Responsibility.State.choices)
    unit = LetterUnitSerializer(source="row.unit", allow_null=True)
    staff = LetterStaffSerializer(source="row.staff", allow_null=True)
    grounds = serializers.CharField()
    opinion = serializers.CharField()
    evidence = serializers.ListField(child=serializers.CharField())
    proposed_by = LetterUserSerializer(source="row.proposed_by", allow_null=True)
    confirmed_by = LetterUserSerializer(source="row.confirmed_by", allow_null=True)
    decided_on = serializers.DateField(source="row.decided_on", allow_null=True)
    superseded_on = serializers.DateField(source="row.superseded_on", allow_null=True)
    objection = serializers.CharField()
    objection_upheld = serializers.BooleanField(source="row.objection_upheld", allow_null=True)
    objection_answer = serializers.CharField()
    object_until = serializers.DateField(source="until", allow_null=True)


class RelatedSerializer(serializers.Serializer[Any]):
    """一封相关来信。"""

    link = serializers.IntegerField(source="link.pk", help_text="关联的编号，撤销时用")
    letter = serializers.IntegerField(source="letter.pk")
    reference = serializers.CharField(source="letter.reference")
    relation = serializers.CharField(source="words")


class LikelySerializer(serializers.Serializer[Any]):
    """一封疑似重复的来信。"""

    letter = serializers.IntegerField(source="letter.pk")
    reference = serializers.CharField(source="letter.reference")
    numbers = serializers.ListField(child=serializers.CharField(), help_text="相同的号码种类")
    percent = serializers.IntegerField(help_text="文字相似程度")


class HappeningSerializer(serializers.Serializer[Any]):
    """来信经过的一步。"""

    kind = serializers.CharField()
    at = serializers.DateTimeField()
    who = serializers.CharField()
    title = serializers.CharField()
    words = serializers.CharField()


class ClockStepSerializer(serializers.Serializer[Any]):
    """期限计算的一步：日期、事件、依据、算式、得出的期限。"""

    day = serializers.DateField()
    event = serializers.CharField()
    article = serializers.CharField()
    arithmetic = serializers.CharField()
    due = serializers.DateField(allow_null=True)


class ReviewSerializer(serializers.Serializer[Any]):
    """核查的期限。"""

    ask_by = serializers.DateField()
    asked_on = serializers.DateField(allow_null=True)
    due = serializers.DateField(allow_null=True)
    decided_on = serializers.DateField(allow_null=True)


class LetterClockSerializer(serializers.Serializer[Clock]):
    """办理期限及其逐步计算。"""

    kind = serializers.ChoiceField(choices=[("", "未定类"), *Kind.choices])
    due = serializers.DateField(allow_null=True)
    answered_on = serializers.DateField(allow_null=True)
    late_on = serializers.DateField(allow_null=True)
    is_late = serializers.BooleanField()
    ended = serializers.BooleanField()
    started_on = serializers.DateField(allow_null=True)
    stopped_on = serializers.DateField(allow_null=True)
    level = serializers.CharField()
    to_notify = serializers.BooleanField()
    review = ReviewSerializer(allow_null=True)
    steps = ClockStepSerializer(many=True)


class PageSerializer(serializers.Serializer[Any]):
    """办理情况。"""

    customer = serializers.SerializerMethodField(help_text="客户，已隐去中间部分")
    clock = LetterClockSerializer()
    notes = LetterNoteSerializer(many=True)
    attachments = LetterAttachmentSerializer(many=True, source="files")
    replies = LetterReplySerializer(many=True)
    draft = LetterReplySerializer(allow_null=True)
    findings = LetterFindingSerializer(many=True)
    related = RelatedSerializer(many=True)
    likely = LikelySerializer(many=True, source="candidates", help_text="疑似重复")
    timeline = HappeningSerializer(many=True)
    acts = serializers.ListField(child=serializers.CharField(), help_text="现在可以做的")

    @extend_schema_field(CustomerSerializer)
    def get_customer(self, page: LetterPage) -> Any:
        """Masked."""
        return CustomerSerializer(customer_masked(page.letter)).data


class LetterDetailSerializer(PageSerializer, LetterSerializer):
    """一封来信连同办理情况。"""

    class Meta(LetterSerializer.Meta):
        fields = [*LetterSerializer.Meta.fields, *PageSerializer().fields]
        read_only_fields = fields


def letter_detail(page: LetterPage) -> dict[str, Any]:
    """What LetterDetailSerializer describes."""
    return {**LetterSerializer(page.letter).data, **PageSerializer(page).data}
