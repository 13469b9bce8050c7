"""Badge sheets: who gets a badge, stored as a document (S16)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.urls import reverse

from accounts.models import User
from outlets.models import Unit
from reports.documents.badges import badges_figures
from reports.models import Document
from reports.services.documents import DocumentFacts, document_make
from tellers.models import StarPeriod, StarRating
from tellers.selectors.stars import RatingSought, star_ratings_listed
from tellers.services.refusals import RecordRefused
from tellers.stars import period_words


@dataclass(frozen=True, slots=True)
class BadgesSought:
    """Whose badges: below a unit, holding one of these stars; nothing: everybody's."""

    unit: Unit | None = None
    stars: Sequence[int] = field(default_factory=tuple)


def badges_of(user: User, period: StarPeriod, sought: BadgesSought) -> list[StarRating]:
    """The visible stars of a final period with a public page, by unit and number."""
    rows = star_ratings_listed(user, period, RatingSought(unit=sought.unit, sort="unit"))
    rows = rows.filter(star__gt=0, token__isnull=False)
    return list(rows.filter(star__in=sought.stars) if sought.stars else rows)


def badges_make(*, period: StarPeriod, sought: BadgesSought, address: str, actor: User) -> Document:
    """The sheets of these badges; `address` is where the public pages are.

    RecordRefused before the period is final, or when nobody is sought.
    """
    if period.state != StarPeriod.State.FINAL or period.final_on is None:
        raise RecordRefused(f"{period.label}的星级还没有生效，生效后才能制作工号牌")
    ratings = badges_of(actor, period, sought)
    if not ratings:
        raise RecordRefused("没有符合条件的星级柜员，换一个机构或星级再试")
    words = period_words(period.label)
    title = f"{words}星级工号牌{f'（{sought.unit.short_name}）' if sought.unit else ''}"
    figures = badges_figures(
        branch=period.branch.short_name,
        period=words,
        issued_on=period.final_on.isoformat(),
        title=title,
        cards=[_card(one, address) for one in ratings],
    )
    key = f"{period.label} {sought.unit.code if sought.unit else ''}".strip()
    facts = DocumentFacts(kind=Document.Kind.BADGES, key=key, title=title, figures=figures)
    return document_make(branch=period.branch, facts=facts, actor=actor)


def _card(rating: StarRating, address: str) -> dict[str, str | int]:
    path = reverse("tellers:star_verify", args=[rating.token])
    return {
        "number": rating.staff.number,
        "name": rating.staff.name,
        "unit": rating.unit.short_name,
        "star": rating.star,
        "url": f"{address.rstrip('/')}{path}",
    }
