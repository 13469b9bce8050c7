"""Plain functions that make rows for tests. Every argument has a sensible default."""

import itertools
from datetime import date
from typing import Any

from django.db import connection

from accounts.models import User
from accounts.roles import ADMINISTRATORS, Role
from outlets.models import Post, Posting, Staff, Unit, UnitMove

PASSWORD = "Mingcha-2011-demo"
_counter = itertools.count(1)


def make_unit(*, kind: str, parent: Unit | None = None, **kw: Any) -> Unit:
    """A unit below a parent, with its founding move."""
    code = kw.pop("code", f"U{next(_counter):05d}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('outlets_unit', 'id'))")
        (pk,) = cursor.fetchone()
    kw.setdefault("name", f"示例机构{code}")
    kw.setdefault("short_name", kw["name"])
    kw.setdefault("opened_on", date(2000, 1, 1))
    unit = Unit.objects.create(
        pk=pk,
        code=code,
        kind=kind,
        parent=parent,
        branch_id=parent.branch_id if parent else pk,
        path=f"{parent.path if parent else ''}{code}/",
        **kw,
    )
    UnitMove.objects.create(unit=unit, parent=parent, effective_on=kw["opened_on"])
    return unit


def make_branch(**kw: Any) -> Unit:
    """A branch: the root of a tree."""
    return make_unit(kind=Unit.Kind.BRANCH, **kw)


def make_institution(*, parent: Unit, **kw: Any) -> Unit:
    """An institution below a branch."""
    return make_unit(kind=Unit.Kind.INSTITUTION, parent=parent, **kw)


def make_outlet(*, parent: Unit, **kw: Any) -> Unit:
    """An outlet that serves customers at four windows."""
    kw = {"serves_customers": True, "windows": 4, "peer_group": "城区"} | kw
    return make_unit(kind=Unit.Kind.OUTLET, parent=parent, **kw)


def make_staff(*, unit: Unit, post: str = Post.TELLER, **kw: Any) -> Staff:
    """A member of staff posted to the unit since 2005."""
    start = kw.pop("start", date(2005, 1, 1))
    number = kw.pop("number", f"S{next(_counter):06d}")
    staff = Staff.objects.create(
        branch_id=unit.branch_id, number=number, name=kw.pop("name", f"员工{number}"), **kw
    )
    Posting.objects.create(staff=staff, unit=unit, post=post, start=start)
    return staff


def make_user(*, role: str, unit: Unit | None = None, **kw: Any) -> User:
    """An account; administrators get no unit, tellers get a staff record."""
    username = kw.pop("username", f"user{next(_counter)}")
    if role in ADMINISTRATORS:
        unit = None
    if role == Role.TELLER and "staff" not in kw:
        assert unit is not None
        kw["staff"] = make_staff(unit=unit)
    user = User(username=username, name=kw.pop("name", username), role=role, unit=unit, **kw)
    user.set_password(kw.pop("password", PASSWORD))
    user.save()
    return user
