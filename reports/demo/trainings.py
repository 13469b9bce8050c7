"""What the demonstration's tellers were taught in 2011 (S14, S23)."""

import random
from datetime import date
from decimal import Decimal
from typing import Final

from accounts.models import User
from outlets.models import Staff, Unit
from reports.demo.organisation import SEED, places
from reports.demo.people import tellers_at, traits
from tellers.models import Training
from tellers.services.trainings import (
    Mark,
    TrainingFacts,
    attendance_record,
    training_create,
)

ABSENT: Final = 0.06
TRAININGS: Final = (
    TrainingFacts(
        name="服务礼仪与规范用语轮训", first_day=date(2011, 3, 12), last_day=date(2011, 3, 13),
        hours=Decimal("12.0"), trainer="分行服务办", place="分行培训中心",
    ),
    TrainingFacts(
        name="首问负责制专题培训", first_day=date(2011, 7, 9), last_day=date(2011, 7, 9),
        hours=Decimal("4.0"), trainer="分行服务办", place="分行培训中心",
        note="即办、转办、承诺办的流程与案例",
    ),
    TrainingFacts(
        name="业务知识问答小册子辅导", first_day=date(2011, 10, 15), last_day=date(2011, 10, 16),
        hours=Decimal("8.0"), trainer="个人金融部", place="各支行会议室",
    ),
)  # fmt: skip


def trainings_hold(branch: Unit, office: User) -> None:
    """Enter the year's trainings and who came, those that are missing."""
    for facts in TRAININGS:
        if not Training.objects.filter(branch=branch, name=facts.name).exists():
            training = training_create(branch=branch, facts=facts, actor=office)
            attendance_record(training=training, marks=_marks(branch, training), actor=office)


def _marks(branch: Unit, training: Training) -> list[Mark]:
    units = list(Unit.objects.filter(branch=branch, serves_customers=True))
    people = tellers_at(units, training.first_day, training.last_day)
    ids = dict(Staff.objects.filter(branch=branch).values_list("number", "pk"))
    chance = random.Random(f"{SEED}:training:{training.name}")
    return [
        _mark(chance, training.pk, ids[number], traits(number, place).tests)
        for place in places()
        for number in people.get(place.code, ())
    ]


def _mark(chance: random.Random, training_id: int, staff_id: int, tests: float) -> Mark:
    if chance.random() < ABSENT:
        return Mark(training_id, staff_id, attended=False, score=None)
    score = min(100, max(0, round(0.6 * tests + 38 + chance.uniform(-5, 5))))
    return Mark(training_id, staff_id, attended=True, score=Decimal(score))
