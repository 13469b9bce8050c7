"""Builds the demonstration branch step by step; each step is skipped where it was done before."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.models import User
from inspections.models import ChecklistVersion
from inspections.services.checklists import version_publish
from outlets.importing import file_import, kinds
from outlets.models import CalendarDay, Post, Posting, Staff, Unit
from outlets.months import Month
from outlets.services.calendar import calendar_seed
from outlets.services.staff import Place, staff_transfer
from reports.demo import organisation
from reports.demo.accounts import ACCOUNTS, PASSWORD, Account
from reports.demo.files import rows_import
from reports.models import Season

FIRST, LAST = Month(2011, 4), Month(2011, 12)
STANDARDS = ("standard_open.csv", "standard_covert.csv")
Say = Callable[[str], None]


def branch() -> Unit | None:
    """The demonstration branch, if it is there."""
    return Unit.objects.filter(code=organisation.BRANCH).first()


def ground(say: Say) -> Unit:
    """Units, people, calendar, accounts, standards and the season; the branch."""
    there = branch()
    if there is not None:
        return _completed(there)
    with transaction.atomic():
        say("导入机构与人员 …")
        rows_import("units", organisation.unit_rows())
        rows_import("staff", organisation.staff_rows())
        there = Unit.objects.get(code=organisation.BRANCH)
        _completed(there)
        _move()
        say("导入并发布检查标准 …")
        _standards()
        Season.objects.create(
            branch=there,
            name="2011年文明优质服务竞赛",
            first_month=FIRST.first,
            last_month=LAST.first,
        )
    return there


def _completed(there: Unit) -> Unit:
    """Years of the calendar and accounts that an earlier build did not know."""
    for year in {2010, 2011, 2012, date.today().year}:  # noqa: DTZ011  (the local day is meant)
        if not CalendarDay.objects.filter(date__year=year).exists():
            calendar_seed(year=year)
    known = set(User.objects.values_list("username", flat=True))
    for account in ACCOUNTS:
        if account.username not in known:
            _account(account)
    return there


def _account(account: Account) -> None:
    unit = Unit.objects.get(code=account.unit) if account.unit else None
    user = User(username=account.username, name=account.name, role=account.role, unit=unit)
    if account.post:
        assert unit is not None  # noqa: S101  (posts are at units)
        user.staff = _staff(unit, account.post)
    user.set_password(PASSWORD)
    user.save()


def _staff(unit: Unit, post: str) -> Staff:
    value = Post.values[Post.labels.index(post)]
    postings = Posting.objects.filter(unit=unit, post=value, end=None)
    return postings.order_by("staff__number")[0].staff


def _move() -> None:
    """One teller changes outlet in the year: one file, of which each outlet sees its time."""
    origin, target, day = organisation.MOVED
    place = Place(unit=Unit.objects.get(code=target), post=Post.TELLER, start=day)
    staff_transfer(staff=_staff(Unit.objects.get(code=origin), Post.TELLER.label), place=place)


def _standards() -> None:
    office = User.objects.get(username="fuwuban")
    for name in STANDARDS:
        file = Path(settings.BASE_DIR) / "inspections" / "data" / name
        file_import(kind=kinds()["checklist"], source=file, actor=office)
    for version in ChecklistVersion.objects.filter(published_at=None):
        version_publish(version=version, actor=office)
