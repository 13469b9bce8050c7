"""What the fault tests ask of the product, each run as a process of its own:

`python -m tests.faults.scenario load | rollup | bulletin | letters`.
"""

import os
import random
import sys
import uuid
from datetime import date, timedelta
from decimal import Decimal

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from inspections.models import Checklist, ChecklistVersion, Inspection, Item, Section  # noqa: E402
from outlets.models import Unit  # noqa: E402
from outlets.months import Month  # noqa: E402
from reports.models import MonthClose  # noqa: E402
from reports.services.months import ROLLUP, job_for_months, month_publish  # noqa: E402
from tests.complaints.letters import make_letter  # noqa: E402
from tests.factories import make_branch, make_institution, make_outlet, make_user  # noqa: E402

BRANCH, MONTH = "AS", Month(2011, 4)


def load() -> None:
    """A branch of 40 outlets with two released inspections each in April 2011."""
    chance = random.Random(1)
    branch = make_branch(code=BRANCH, name="示例分行", short_name="示例分行")
    make_user(role="SERVICE_OFFICE", unit=branch, username="office")
    version = ChecklistVersion.objects.create(
        checklist=Checklist.objects.create(branch=branch, name="示例标准"),
        label="1",
        scoring="POINTS",
        effective_on=date(2011, 1, 1),
    )
    section = Section.objects.create(version=version, position=1, name="环境")
    Item.objects.create(
        version=version, section=section, position=1, code="1.01", text="门前整洁，地面无积水",
        points=1000, mode="ALL_OR_NOTHING", channels=["OPEN", "COVERT"],
    )  # fmt: skip
    ChecklistVersion.objects.filter(pk=version.pk).update(published_at=timezone.now())
    for number in range(8):
        parent = make_institution(parent=branch, code=f"I{number}", name=f"第{number}支行")
        for place in range(5):
            outlet = make_outlet(
                parent=parent, code=f"O{number}{place}", name=f"网点{number}{place}"
            )
            Inspection.objects.bulk_create(
                inspection(outlet, version, channel, Decimal(chance.randint(8000, 10000)) / 100)
                for channel in ("OPEN", "SPECIAL")
            )


def inspection(outlet: Unit, version: ChecklistVersion, channel: str, score: Decimal) -> Inspection:
    """A released inspection of the outlet on 10 April 2011."""
    return Inspection(
        uuid=uuid.uuid4(), number=f"{outlet.code}-{channel}", branch_id=outlet.branch_id, unit=outlet,
        unit_path=outlet.path, channel=channel, version=version, inspector_name="督导",
        date=date(2011, 4, 10), state="RELEASED", score=score, possible=1000, earned=score * 10,
        content_hash="0" * 64, released_at=timezone.now(),
    )  # fmt: skip


def rollup() -> None:
    """Ask for the month's roll-up; its job's id."""
    branch = Unit.objects.get(code=BRANCH)
    (job,) = job_for_months(kind=ROLLUP, branches=[branch], month=MONTH, actor=None)
    print(job.pk)


def bulletin() -> None:
    """Publish the month inside and ask for its bulletin; its job's id."""
    from reports.services.bulletins import bulletin_issue

    branch = Unit.objects.get(code=BRANCH)
    office = User.objects.get(username="office")
    if MonthClose.objects.filter(branch=branch, state="OPEN").exists():
        month_publish(branch=branch, month=MONTH, actor=office)
    issued = bulletin_issue(branch=branch, month=MONTH, actor=office, issued_on=date(2011, 5, 10))
    print(issued.job_id)


def letters() -> None:
    """Complaints of the branch with 9, 2, 0 and -7 days left."""
    branch = Unit.objects.get(code=BRANCH)
    for left in (9, 2, 0, -7):
        received = timezone.now() - timedelta(days=15 - left)
        make_letter(branch=branch, kind="COMPLAINT", state="ASSIGNED", received_at=received)


if __name__ == "__main__":
    {"load": load, "rollup": rollup, "bulletin": bulletin, "letters": letters}[sys.argv[1]]()
