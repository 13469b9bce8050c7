"""One letter taken in by hand or by another system, once however often it is sent."""

import json
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from accounts.models import User
from accounts.services import audit_add
from complaints.models import Letter, LetterEvent
from complaints.sealing import blind_index
from complaints.services.letters import LetterFacts, letter_receive
from complaints.services.refusals import ActRefused
from outlets.models import Unit

_PLACES: Final = 12
# What a letter says, by the names of LetterFacts, as users read them.
LABELS: Final = {
    "channel": "来源",
    "kind": "类型",
    "severity": "程度",
    "received_at": "受理时间",
    "unit": "涉及机构",
    "staff": "涉及员工",
    "business": "业务类别",
    "cause": "原因",
    "body": "内容",
    "customer_name": "客户姓名",
    "customer_phone": "联系电话",
    "customer_card": "卡号或账号",
    "customer_identity": "证件号",
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """The letter, and whether this call made it."""

    letter: Letter
    created: bool


class LetterDiffers(ActRefused):
    """The reference is another letter's; `differences` are the names of what differs."""

    code = "letter_differs"

    def __init__(self, letter: Letter, differences: list[str]) -> None:
        names = "、".join(LABELS[name] for name in differences)
        super().__init__(f"工单号{letter.reference}已登记，内容不同：{names}")
        self.letter = letter
        self.differences = differences

    @property
    def more(self) -> dict[str, Any]:
        """What differs."""
        return {"differences": self.differences}


def letter_take_in(
    *, branch: Unit, facts: LetterFacts, actor: User, key: uuid.UUID | None = None
) -> Receipt:
    """Take a letter in. Sent again with the same reference (or key) and content: the first receipt.

    Without a reference it is made from the key, which the sender makes. LetterDiffers when the
    reference is known with another content.
    """
    facts = replace(facts, reference=reference_of(facts, key), fingerprint=_fingerprint(facts))
    try:
        with transaction.atomic():
            letter = letter_receive(branch=branch, facts=facts, actor=actor)
            audit_add(
                event="letter.receive",
                actor=actor,
                subject=letter.reference,
                kind=letter.get_source_display(),
            )
    except (IntegrityError, ValidationError):
        known = Letter.objects.filter(branch=branch, reference=facts.reference).first()
        if known is None:
            raise
        return _again(known, facts)
    return Receipt(letter, created=True)


def reference_of(facts: LetterFacts, key: uuid.UUID | None) -> str:
    """The reference a letter has or gets from its key; empty when it will be drawn."""
    return facts.reference or (f"LX{key.hex[:_PLACES].upper()}" if key else "")


def _again(letter: Letter, facts: LetterFacts) -> Receipt:
    came = letter.events.filter(kind=LetterEvent.Kind.RECEIVED).order_by("pk").first()
    if came is None or came.detail.get("fingerprint") != facts.fingerprint:
        raise LetterDiffers(letter, _differences(letter, facts) or ["body"])
    return Receipt(letter, created=False)


def _differences(letter: Letter, facts: LetterFacts) -> list[str]:
    """What a letter that came in differently says otherwise, as it now stands."""
    return [
        name
        for name in LABELS
        if _plain(getattr(facts, name)) != _plain(getattr(letter, _KEPT.get(name, name)))
    ]


_KEPT: Final = {"kind": "first_kind"}


def _fingerprint(facts: LetterFacts) -> str:
    """A keyed digest of everything that was sent: it gives nothing of it away."""
    told = [_plain(getattr(facts, name)) for name in LABELS]
    return blind_index("INTAKE", json.dumps(told, ensure_ascii=False)).hex()


def _plain(value: object) -> str:
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, datetime):
        return value.astimezone(timezone.get_default_timezone()).isoformat(timespec="seconds")
    return "" if value is None else str(value)
