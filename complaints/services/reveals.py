"""Showing a customer unmasked: only to who handles the letter, with a reason, on the record."""

from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db import models, transaction

from accounts.models import User
from accounts.services import audit_add
from complaints.models import Letter, LetterEvent
from complaints.selectors.customers import Customer, opened
from complaints.selectors.standing import standing_of
from complaints.services.letters import letter_event_add
from complaints.services.refusals import ActRefused
from complaints.services.states import recusal_check, told

LEAST: Final = 4  # characters of a reason


class Purpose(models.TextChoices):
    """What somebody needs a customer's data for."""

    CONTACT = "CONTACT", "联系客户"
    IDENTITY = "IDENTITY", "核对身份"
    BUSINESS = "BUSINESS", "查证业务"
    ATTACHMENT = "ATTACHMENT", "核对来信原文"
    OTHER = "OTHER", "其他"


@dataclass(frozen=True, slots=True)
class Revealed:
    """A letter's customer and what they wrote, in the clear: to be shown once, kept nowhere."""

    customer: Customer
    body: str


class NotYours(ActRefused):
    """The user does not handle the letter."""

    code = "not_yours"


@transaction.atomic
def customer_reveal(*, letter: Letter, actor: User, purpose: str, reason: str) -> Revealed:
    """The customer and the text of a letter, unmasked; who looked and why is written down.

    MustRecuse for who has an interest in it, NotYours for who neither handles it nor is of the
    service office; ValidationError without a purpose and a reason in words.
    """
    recusal_check(letter=letter, actor=actor)
    if not standing_of(actor, letter).handles:
        raise NotYours("只有服务办和承办人可以查看客户信息")
    if letter.redacted_at is not None:
        raise ActRefused("这封来信已脱敏归档，客户信息不再保存")
    why = _why(letter, purpose, reason)
    letter_event_add(letter=letter, kind=LetterEvent.Kind.REVEALED, actor=actor, reason=why)
    audit_add(event="letter.reveal", actor=actor, subject=letter.reference, reason=why)
    opened(letter)
    customer = Customer(
        letter.customer_name, letter.customer_phone, letter.customer_card, letter.customer_identity
    )
    return Revealed(customer, letter.body)


def _why(letter: Letter, purpose: str, reason: str) -> str:
    """The reason as it is written down: it stands in the clear, so it is masked."""
    problems = {}
    if purpose not in Purpose:
        problems["purpose"] = "请选择用途"
    if len(reason.strip()) < LEAST:
        problems["reason"] = f"请把原因写清楚，至少{LEAST}个字"
    if problems:
        raise ValidationError(problems)
    return f"{Purpose(purpose).label}：{told(letter, reason)}"
