"""A teller who moved in the year, with something of every kind in each outlet's time."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from complaints.models import Kind, Responsibility
from outlets.models import Staff, Unit
from outlets.services import staff_transfer
from outlets.services.staff import Place
from tellers.models import Training
from tellers.services.devices import DeviceFact, devices_record
from tellers.services.quizzes import QuizFact, quizzes_record
from tellers.services.trainings import Mark, TrainingFacts, marks_store, training_create
from tests.complaints.letters import make_letter
from tests.factories import make_staff, make_user
from tests.tellers.discipline import fine, lost_mark, make_violation

SPRING, MOVED, AUTUMN = date(2011, 4, 8), date(2011, 7, 1), date(2011, 9, 8)


def make_device(person: Staff, month: date, counts: Any = (1000, 800, 700, 60, 30, 10)) -> None:
    """A month at the evaluation device."""
    devices_record(facts=[DeviceFact(person.branch_id, person.pk, month, *counts)])


def make_training(branch: Unit, day: date, **kw: Any) -> Training:
    """A training of one day."""
    given: dict[str, Any] = {"name": f"{day.month}月服务礼仪", "hours": Decimal(4)}
    facts = TrainingFacts(first_day=day, last_day=day, **given | kw)
    actor = make_user(role="SERVICE_OFFICE", unit=branch)
    return training_create(branch=branch, facts=facts, actor=actor)


def make_quiz(person: Staff, day: date, score: int = 90, kind: str = "KNOWLEDGE") -> None:
    """One result."""
    quizzes_record(facts=[QuizFact(person.branch_id, person.pk, day, kind, Decimal(score))])


def make_praise(unit: Unit, person: Staff, day: date, finding: str = "VERIFIED") -> Responsibility:
    """A letter with a finding that holds."""
    kind = Kind.PRAISE if finding == "VERIFIED" else Kind.COMPLAINT
    came = datetime(day.year, day.month, day.day, tzinfo=UTC)
    letter = make_letter(branch=unit.branch, unit=unit, kind=kind, received_at=came)
    return Responsibility.objects.create(
        branch=unit.branch, letter=letter, finding=finding, unit=unit, staff=person,
        state="CONFIRMED", decided_on=day, grounds="",
    )  # fmt: skip


def fill(unit: Unit, person: Staff, day: date, score: int) -> None:
    """Something of every kind on a day at a unit."""
    lost_mark(unit, person, day)
    make_quiz(person, day, score)
    make_device(person, day.replace(day=1))
    training = make_training(unit.branch, day)
    marks_store(marks=[Mark(training.pk, person.pk, True, Decimal(score))])
    make_praise(unit, person, day)
    fine(make_violation(unit, day=day, staff=person), today=day)


def moved_teller(org: Any) -> SimpleNamespace:
    """王芳 at a1 until June, at b1 from July: her record, and an account of hers."""
    person = make_staff(unit=org.a1, number="2106001", name="王芳")
    staff_transfer(staff=person, place=Place(unit=org.b1, post="TELLER", start=MOVED))
    fill(org.a1, person, SPRING, 91)
    fill(org.b1, person, AUTUMN, 82)
    user = make_user(role="TELLER", unit=org.b1, staff=person, username="wangfang")
    heads = {
        name: make_user(
            role="OUTLET_HEAD" if len(name) > 1 else "INSTITUTION_HEAD", unit=getattr(org, name)
        )
        for name in ("a1", "b1", "a2", "a", "b")
    }
    return SimpleNamespace(person=person, user=user, heads=SimpleNamespace(**heads))
