"""Operations of handling a letter: records, replies, closing, related letters, findings."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.access import user_of
from accounts.models import User
from accounts.roles import Capability
from complaints.api.acting import Act, Reason
from complaints.api.clock import MAX_TEXT
from complaints.api.references import Scoped
from complaints.models import Attachment, Letter, LetterLink, LetterNote, Responsibility
from complaints.selectors.letters import letters_visible_to
from complaints.services.handling import (
    letter_call_back,
    letter_close,
    letter_recuse,
    letter_reopen,
    note_add,
)
from complaints.services.relations import (
    letter_escalate,
    letter_grew,
    letter_merge,
    letter_repeats,
)
from complaints.services.replies import MEANS, reply_draft, reply_send
from complaints.services.responsibility import Verdict, responsibility_propose
from outlets.models import Staff, Unit


class NoteAddSerializer(serializers.Serializer[Any]):
    """一条调查记录或备注。"""

    kind = serializers.ChoiceField(
        choices=[
            (one.value, one.label)
            for one in (LetterNote.Kind.INVESTIGATION, LetterNote.Kind.REMARK)
        ]
    )
    body = serializers.CharField(max_length=MAX_TEXT)


class StatementSerializer(serializers.Serializer[Any]):
    """网点说明。"""

    body = serializers.CharField(max_length=MAX_TEXT)


class CallBackSerializer(serializers.Serializer[Any]):
    """回访。"""

    body = serializers.CharField(max_length=MAX_TEXT, help_text="回访情况")
    satisfied = serializers.BooleanField(help_text="客户是否满意")


class OutcomeSerializer(serializers.Serializer[Any]):
    """处理结果。"""

    outcome = serializers.CharField(max_length=500, help_text="处理结果")


class ReplyDraftSerializer(serializers.Serializer[Any]):
    """答复草稿。"""

    body = serializers.CharField(max_length=MAX_TEXT, help_text="正文")
    seen = serializers.CharField(
        max_length=40, allow_blank=True, default="", help_text="所改草稿的 updated_at；初稿不填"
    )


class MeansSerializer(serializers.Serializer[Any]):
    """怎样答复的。"""

    means = serializers.ChoiceField(choices=[(one, one) for one in MEANS], help_text="答复方式")


class RelateSerializer(serializers.Serializer[Any]):
    """与哪一封来信，是什么关系。"""

    relation = serializers.ChoiceField(
        choices=[
            (LetterLink.Kind.REPEAT.value, "重复来信"),
            (LetterLink.Kind.MERGED.value, "并入该来信"),
            (LetterLink.Kind.ESCALATED.value, "由该协查转来"),
        ]
    )
    other = Scoped(Letter, help_text="另一来信的编号")


@extend_schema_field(OpenApiTypes.UUID)
class Files(serializers.SlugRelatedField[Attachment]):
    """An attachment of a letter that the user sees, by its UUID."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="uuid", queryset=Attachment.objects.all(), **kwargs)

    def get_queryset(self) -> QuerySet[Attachment]:
        """Those of visible letters."""
        seen = letters_visible_to(user_of(self.context["request"])).order_by().values("pk")
        return Attachment.objects.filter(letter__in=seen)

    def to_internal_value(self, data: Any) -> Attachment:
        """A UUID."""
        return super().to_internal_value(serializers.UUIDField().run_validation(data))


class VerdictSerializer(serializers.Serializer[Any]):
    """责任认定。"""

    finding = serializers.ChoiceField(choices=Responsibility.Finding.choices, help_text="认定")
    grounds = serializers.CharField(max_length=MAX_TEXT, help_text="依据")
    unit = Scoped(Unit, required=False, allow_null=True, default=None, help_text="责任机构")
    staff = Scoped(Staff, required=False, allow_null=True, default=None, help_text="责任员工")
    notes = Scoped(LetterNote, many=True, default=list, help_text="作为证据的记录")
    attachments = Files(many=True, default=list, help_text="作为证据的附件")


def verdict_of(sent: Any) -> Verdict:
    """What was sent as the services take it."""
    names = ("finding", "grounds", "unit", "staff", "notes", "attachments")
    return Verdict(**{name: sent[name] for name in names})


def _state(*, letter: Letter, body: str, actor: User) -> None:
    note_add(letter=letter, kind=LetterNote.Kind.STATEMENT, body=body, actor=actor)


def _relate(*, letter: Letter, other: Letter, relation: str, actor: User) -> None:
    if relation == LetterLink.Kind.MERGED:
        letter_merge(letter=letter, into=other, actor=actor)
    elif relation == LetterLink.Kind.ESCALATED:
        letter_grew(complaint=letter, inquiry=other, actor=actor)
    else:
        letter_repeats(letter=letter, other=other, actor=actor)


def _judge(*, letter: Letter, actor: User, **sent: Any) -> None:
    responsibility_propose(letter=letter, verdict=verdict_of(sent), actor=actor)


_READ = Capability.LETTERS_READ
ACTS = (
    Act("notes", NoteAddSerializer, "handles", note_add, "写调查记录或备注。", _READ),
    Act("statement", StatementSerializer, "speaks", _state, "以所涉机构名义说明情况。", _READ),
    Act("call_back", CallBackSerializer, "handles", letter_call_back, "记录回访。"),
    Act("draft", ReplyDraftSerializer, "handles", reply_draft, "保存答复草稿。"),
    Act("send", MeansSerializer, "handles", reply_send, "记录草稿已告知客户。"),
    Act("close", OutcomeSerializer, "handles", letter_close, "办结。"),
    Act("reopen", Reason, "handles", letter_reopen, "重新办理。"),
    Act("recuse", Reason, "holds", letter_recuse, "申请回避。"),
    Act("escalate", Reason, "handles", letter_escalate, "协查转为投诉。"),
    Act("relate", RelateSerializer, "handles", _relate, "关联、并案，或注明由协查转来。"),
    Act("judge", VerdictSerializer, "handles", _judge, "提出责任认定，由另一人复核。"),
)
