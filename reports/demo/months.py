"""The demonstration branch's nine months, through the same services as real use."""

import calendar
import random
import uuid
from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from accounts.roles import Role
from inspections.models import Channel, Inspection, Item, Visit, Wave
from inspections.models.inspections import Method
from inspections.selectors.forms import VersionForm, published_form
from inspections.services.releases import inspections_release, wave_release
from inspections.services.sheets import Reply, Sheet
from inspections.services.submissions import inspection_submit
from inspections.services.visits import VisitPlan, visits_create
from outlets.models import Post, Posting, Unit
from outlets.months import Month
from reports.demo.answers import draw
from reports.demo.discipline import discipline
from reports.demo.letters import letters_import
from reports.demo.organisation import SEED, Place, places
from reports.demo.photos import photographed
from reports.demo.records import devices_import, tests_import
from reports.models import MonthClose
from reports.services.months import months_close

OPEN_METHODS = (Method.CCTV, Method.MACHINES, Method.CUSTOMERS, Method.EMPLOYEES, Method.GUIDANCE)
# From month to month the branch gets better at what it is checked on.
GAIN = 0.003
SPREAD = 0.008
# Whose open visits come with photos, and when: enough to follow a number down to its picture.
PHOTOGRAPHED, PHOTO_MONTH = "210102", Month(2011, 12)


def is_closed(branch: Unit, month: Month) -> bool:
    """Whether the month was built before."""
    closed = MonthClose.objects.filter(
        branch=branch, month=month.first, state=MonthClose.State.CLOSED
    )
    return closed.exists()


@transaction.atomic
def build(branch: Unit, month: Month) -> None:
    """Visits, results, what is known of tellers, discipline and the close, all or nothing."""
    office = User.objects.get(username="fuwuban")
    devices_import(branch, [month], office)
    by_code = {place.code: place for place in places()}
    units = list(Unit.objects.filter(branch=branch, serves_customers=True).order_by("code"))
    for channel, role in ((Channel.OPEN, Role.INSPECTOR), (Channel.COVERT, Role.SHOPPER)):
        plan = VisitPlan(
            units=units,
            channel=channel,
            not_before=month.first,
            not_after=month.last,
            inspectors=list(User.objects.filter(role=role, unit=branch).order_by("pk")),
        )
        for visit in visits_create(plan=plan, actor=office):
            people = _people(visit.unit_id, month)
            _score(visit, by_code[visit.unit.code], month, people)
    opened = Inspection.objects.filter(branch=branch, channel=Channel.OPEN, state="SUBMITTED")
    inspections_release(inspection_ids=list(opened.values_list("pk", flat=True)), actor=office)
    wave_release(wave=Wave.objects.get(branch=branch, month=month.first), actor=office)
    tests_import(branch, month, office)
    letters_import(branch, [month], office)
    discipline(branch, month, office)
    months_close(branch_ids=[branch.pk], month=month, actor=office)


def _score(visit: Visit, place: Place, month: Month, people: Sequence[int]) -> None:
    """Fill in the form as the visit's inspector would have, and submit it."""
    name = f"{SEED}:{place.code}:{month}:{visit.channel}"
    chance = random.Random(name)
    quality = place.quality + GAIN * (month.month - 8) + chance.uniform(-SPREAD, SPREAD)
    form = published_form(visit.version_id, visit.channel)
    sheet = Sheet(
        date=_day(chance, month),
        methods=(Method.TELEPHONE,)
        if visit.channel == Channel.COVERT
        else tuple(chance.sample(OPEN_METHODS, 3)),
        replies=_replies(chance, form, quality, people),
    )
    with_photos = visit.channel == Channel.OPEN and place.institution.code == PHOTOGRAPHED
    if with_photos and month == PHOTO_MONTH:
        sheet = photographed(visit, form, sheet)
    assert visit.inspector is not None  # noqa: S101  (every visit of a plan was given to somebody)
    inspection_submit(
        visit=visit,
        key=uuid.uuid5(uuid.NAMESPACE_OID, name),
        sheet=sheet,
        actor=visit.inspector,
        photos_needed=False,
    )


def _day(chance: random.Random, month: Month) -> date:
    """Any day of the month, weekends too (S07)."""
    last = calendar.monthrange(month.year, month.month)[1]
    return date(month.year, month.month, chance.randint(1, last))


def _replies(
    chance: random.Random, form: VersionForm, quality: float, people: Sequence[int]
) -> dict[int, Reply]:
    replies = {}
    covert = form.channel == Channel.COVERT
    for item in form.items.values():
        drawn = draw(chance, item.rule, quality, hot=item.is_hot, stage=item.stage, covert=covert)
        named = item.attribution == Item.Attribution.STAFF and drawn.value != "na"
        staff = chance.choice(people) if named else None
        replies[item.id] = Reply(drawn.value, drawn.note, staff)
    return replies


def _people(unit_id: int, month: Month) -> list[int]:
    """The tellers and lobby managers a unit had all month."""
    posts = (Post.TELLER, Post.LOBBY_MANAGER)
    found = Posting.objects.filter(
        Q(end=None) | Q(end__gte=month.last), unit=unit_id, post__in=posts, start__lte=month.first
    ).order_by("staff__number")
    return list(found.values_list("staff_id", flat=True))
