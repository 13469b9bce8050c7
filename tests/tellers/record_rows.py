"""Who gets in at service files, the evaluation device, quizzes, skill tests and trainings."""

from datetime import date
from decimal import Decimal
from typing import Any

from accounts.roles import Capability, Role
from outlets.models import Staff, Unit
from tellers.models import Quiz
from tests.access_table import Row, who
from tests.factories import make_staff
from tests.tellers.files import make_training

READ, EDIT = who(Capability.RECORDS_READ), who(Capability.RECORDS_EDIT)
HEADS = READ - {Role.TELLER}
DAY = date(2011, 4, 8)


def _person(unit: Unit) -> dict[str, Any]:
    return {"pk": make_staff(unit=unit).pk}


def _quiz(person: Staff) -> dict[str, Any]:
    made = Quiz.objects.create(
        branch_id=person.branch_id, staff=person, date=DAY, kind="SKILL", score=Decimal(80)
    )
    return {"pk": made.pk}


def _training(branch: Unit) -> dict[str, Any]:
    return {"pk": make_training(branch, DAY).pk}


def _own(org: Any) -> dict[str, Any]:
    return _person(org.a1)


def _sibling(org: Any) -> dict[str, Any]:
    return _person(org.b1)


def _other(org: Any) -> dict[str, Any]:
    return _person(org.other)


def _mine(org: Any) -> dict[str, Any]:
    return {"pk": org.cast.teller.staff.pk}


def _files(name: str, method: str = "GET") -> list[Row]:
    return [
        Row(name, HEADS, own=_own, other=_other, sibling=_sibling, method=method),
        Row(name, READ, own=_mine, other=_other, method=method),
    ]


def _quizzes(name: str, method: str = "POST", roles: frozenset[Role] = EDIT, own: Any = None) -> Row:  # fmt: skip
    return Row(
        name, roles, method=method,
        own=own or (lambda org: _quiz(make_staff(unit=org.a1))),
        other=lambda org: _quiz(make_staff(unit=org.other)),
        sibling=lambda org: _quiz(make_staff(unit=org.b1)),
    )  # fmt: skip


def _trainings(name: str, roles: frozenset[Role], method: str = "GET") -> Row:
    return Row(
        name, roles, method=method, own=lambda org: _training(org.branch),
        other=lambda org: _training(org.other),
    )  # fmt: skip


_IMPORTS = [
    Row(f"tellers:{name}{part}", EDIT)
    for name in ("device_import", "quiz_import", "attendance_import")
    for part in ("", "_template")
]

RECORDS: list[Row] = [
    Row("tellers:files", READ),
    *_files("tellers:file"),
    *_files("tellers:file_comment", "POST"),
    *_files("reports:file_make", "POST"),
    Row("tellers:devices", READ),
    Row("tellers:devices_export", who(Capability.EXPORTS)),
    Row("tellers:tests", READ),
    Row("tellers:tests_export", who(Capability.EXPORTS)),
    Row("tellers:test_new", EDIT),
    _quizzes("tellers:test_correct", "GET"),
    _quizzes("tellers:test_correct"),
    _quizzes("tellers:test_remove"),
    Row("tellers:trainings", READ),
    Row("tellers:training_new", EDIT),
    _trainings("tellers:training", READ),
    _trainings("tellers:training_edit", EDIT),
    _trainings("tellers:attendance", EDIT),
    *_IMPORTS,
    # The API.
    Row("file-list", READ),
    *_files("file-detail"),
    *_files("file-comments", "POST"),
    Row("file-document-list", READ, method="POST"),
    Row("device-month-list", READ),
    Row("device-statistics-list", READ),
    Row("quiz-list", READ),
    Row("quiz-list", EDIT, method="POST"),
    _quizzes("quiz-detail", "GET", HEADS),
    _quizzes("quiz-detail", "GET", READ, lambda org: _quiz(org.cast.teller.staff)),
    _quizzes("quiz-correct"),
    _quizzes("quiz-remove"),
    Row("training-list", READ),
    Row("training-list", EDIT, method="POST"),
    _trainings("training-detail", READ),
    _trainings("training-detail", EDIT, "PUT"),
    _trainings("training-attendance", EDIT, "POST"),
    Row("attendance-list", READ),
    *[
        Row(f"{name}-import", EDIT, method="POST")
        for name in ("quiz", "device-month", "attendance")
    ],
]
