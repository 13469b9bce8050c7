"""Operations of triage, and of who handles a letter."""

from typing import Any

from rest_framework import serializers

from accounts.models import User
from accounts.roles import Capability
from complaints.api.acting import ANYBODY, HANDLER, Act, Nothing, Reason
from complaints.api.references import Scoped
from complaints.models import Channel, Kind, Letter, Severity
from complaints.services.triage import (
    Classification,
    letter_let_go,
    letter_reassign,
    letter_reclassify,
    letter_return,
    letter_triage,
)
from complaints.taxonomy import BUSINESSES, CAUSES, SERVICE_CHANNELS
from outlets.models import Staff, Unit


def coded(codes: Any, label: str) -> serializers.ChoiceField:
    """A class of the taxonomy; empty while it is not known."""
    return serializers.ChoiceField(
        choices=list(codes.items()), allow_blank=True, default="", help_text=label
    )


class ClassificationSerializer(serializers.Serializer[Any]):
    """来信是什么。投诉须填业务与原因。"""

    kind = serializers.ChoiceField(choices=Kind.choices, help_text="类型")
    channel = serializers.ChoiceField(choices=Channel.choices, help_text="来源")
    severity = serializers.ChoiceField(choices=Severity.choices, help_text="程度")
    unit = Scoped(Unit, help_text="涉及机构")
    staff = Scoped(Staff, required=False, allow_null=True, default=None, help_text="涉及员工")
    service_channel = coded(SERVICE_CHANNELS, "业务办理渠道")
    business = coded(BUSINESSES, "业务类别")
    cause = coded(CAUSES, "原因")


class TriageSerializer(ClassificationSerializer):
    """来信是什么，由谁承办。"""

    handler = Scoped(User, help_text="承办人")


class ReassignSerializer(Reason):
    """改派给谁，为什么。"""

    handler = Scoped(User, help_text="新承办人")


def _triage(*, letter: Letter, actor: User, handler: User, **found: Any) -> None:
    letter_triage(letter=letter, found=Classification(**found), handler=handler, actor=actor)


def _reclassify(*, letter: Letter, actor: User, **found: Any) -> None:
    letter_reclassify(letter=letter, found=Classification(**found), actor=actor)


def _let_go(*, letter: Letter, actor: User) -> None:
    letter_let_go(letter=letter, triager=actor)


_TRIAGE = Capability.LETTERS_TRIAGE
ACTS = (
    Act("triage", TriageSerializer, ANYBODY, _triage, "分派：定类并交给承办人。", _TRIAGE),
    Act("let_go", Nothing, ANYBODY, _let_go, "放下正在分拣的来信，让他人可以分拣。", _TRIAGE),
    Act("classify", ClassificationSerializer, ANYBODY, _reclassify, "更正分类。", _TRIAGE),
    Act("reassign", ReassignSerializer, ANYBODY, letter_reassign, "改派承办人。", _TRIAGE),
    Act("send_back", Reason, HANDLER, letter_return, "退回重新分派，由承办人提出。"),
)
