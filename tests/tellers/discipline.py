"""Violations and penalties for tests, made through the services."""

from datetime import date
from decimal import Decimal
from typing import Any

from accounts.models import User
from inspections.models import Answer, Item
from outlets.models import Staff, Unit
from tellers.models import Penalty, Violation, ViolationKind
from tellers.services.catalogue import catalogue_seed
from tellers.services.penalties import PenaltyFacts, penalty_decide, penalty_propose
from tellers.services.violations import ViolationFacts, violation_record
from tests.factories import make_staff, make_user
from tests.inspections.builders import make_version
from tests.reports.rows import make_inspection

DAY = date(2011, 4, 8)
MINOR, SERIOUS, GRAVE = "A01", "B01", "C01"


def kind_of(branch: Unit, code: str = MINOR) -> ViolationKind:
    """An entry of the catalogue that ships."""
    catalogue_seed(branch=branch)
    return ViolationKind.objects.get(branch=branch, code=code)


def another(unit: Unit, role: str = "SERVICE_OFFICE", **kw: Any) -> User:
    """Somebody else of the service office."""
    return make_user(role=role, unit=unit.branch, **kw)


def make_violation(
    at: Unit, code: str = MINOR, day: date = DAY, staff: Staff | None = None, **kw: Any
) -> Violation:
    """One violation of somebody of the unit, recorded that day."""
    facts = ViolationFacts(
        staff=staff or make_staff(unit=at),
        kind=kind_of(at.branch, code),
        day=day,
        **({"recorded_on": day} | kw),
    )
    return violation_record(facts=facts, actor=another(at))


def make_leader(unit: Unit, **kw: Any) -> Staff:
    """Who leads service work at an institution."""
    return make_staff(unit=unit, post="LEADER", **kw)


def propose(*violations: Violation, **kw: Any) -> Penalty:
    """A penalty for these violations, proposed by somebody."""
    first = violations[0]
    leads = kw.get("ground") == "LEADER"
    given: dict[str, Any] = {
        "staff": first.leader if leads else first.staff,
        "kind": "CRITICISM",
        "ground": "OFFENDER",
        "reason": "违反服务规范",
        "violations": violations,
    }
    actor = kw.pop("actor", None) or another(first.unit)
    today = kw.pop("today", DAY)
    return penalty_propose(facts=PenaltyFacts(**given | kw), actor=actor, today=today)


def fine(*violations: Violation, amount: int = 200, **kw: Any) -> Penalty:
    """An economic penalty, approved by another."""
    made = propose(*violations, kind="ECONOMIC", amount=Decimal(amount), **kw)
    return approve(made, kw.get("today", DAY))


def approve(penalty: Penalty, today: date = DAY) -> Penalty:
    """The second signature."""
    actor = another(penalty.unit, "LEADERSHIP")
    return penalty_decide(penalty=penalty, agreed=True, actor=actor, today=today)


def lost_mark(unit: Unit, staff: Staff | None, day: date = DAY, **kw: Any) -> Answer:
    """A mark lost in a released inspection, attributed to somebody."""
    item = Item.objects.filter(version__checklist__branch=unit.branch).first()
    item = item or make_version(unit.branch, name="规范").items.first()
    assert item is not None
    return Answer.objects.create(
        inspection=make_inspection(unit, day=day, **kw), item=item, value="fail", staff=staff,
        possible=Decimal(10), earned=Decimal(0),
    )  # fmt: skip
