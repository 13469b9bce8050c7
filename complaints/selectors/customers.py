"""The customer of a letter as pages show them: masked; and who looked at them unmasked, and why."""

from dataclasses import dataclass

from complaints.models import SEALED, Letter, LetterEvent
from complaints.redaction import mask_name, mask_number, normalised
from complaints.selectors.standing import Standing


@dataclass(frozen=True, slots=True)
class Customer:
    """What is known of a letter's customer; empty where nothing is."""

    name: str
    phone: str
    card: str
    identity: str

    @property
    def is_known(self) -> bool:
        """Whether there is anything at all."""
        return bool(self.name or self.phone or self.card or self.identity)


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """The customer masked, whether the user may see more, and, for the office, who did."""

    masked: Customer
    may_reveal: bool
    reveals: list[LetterEvent]


def customer_card(letter: Letter, standing: Standing) -> CustomerCard:
    """What the page of a visible letter shows of its customer."""
    looked = LetterEvent.objects.filter(letter=letter, kind=LetterEvent.Kind.REVEALED)
    shown = standing.triages or standing.confirms
    return CustomerCard(
        masked=customer_masked(letter),
        may_reveal=standing.handles and letter.redacted_at is None,
        reveals=list(looked.select_related("actor").order_by("-at", "-pk")) if shown else [],
    )


def customer_masked(letter: Letter) -> Customer:
    """王**, 138****5678 and so on."""
    opened(letter)
    numbers = (letter.customer_phone, letter.customer_card, letter.customer_identity)
    masked = (mask_number(normalised(one)) if one else "" for one in numbers)
    return Customer(mask_name(letter.customer_name), *masked)


def opened(letter: Letter) -> Letter:
    """The letter with what is sealed of it read, by one query if any."""
    left = letter.get_deferred_fields() & set(SEALED)
    if left:
        letter.refresh_from_db(fields=sorted(left))
    return letter
