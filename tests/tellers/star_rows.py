"""Who gets in at the URLs of stars."""

from typing import Any

from accounts.roles import Capability, Role
from outlets.models import Staff, Unit
from tellers.models import Objection, StarAdjustment, StarPeriod, StarRating
from tellers.services.star_schemes import star_scheme_draft
from tellers.stars import DEFAULT_STARS
from tests.access_table import Row, who
from tests.factories import make_outlet, make_staff, make_user
from tests.tellers.rated import a_year, moved_to, published

READ, EDIT = who(Capability.RECORDS_READ), who(Capability.RECORDS_EDIT)
CONFIRM, EXPORTS = who(Capability.RECORDS_CONFIRM), who(Capability.EXPORTS)
STAFF = who(Capability.RECORDS_READ, Capability.UNITS_READ)


def _period(branch: Unit, state: str = "PUBLIC") -> StarPeriod:
    return moved_to(a_year(branch), state)


def _rating(unit: Unit, staff: Staff | None = None, state: str = "PUBLIC") -> StarRating:
    period = _period(unit.branch, state)
    staff = staff or make_staff(unit=unit)
    made, _ = StarRating.objects.get_or_create(
        period=period,
        staff=staff,
        defaults={
            "branch": unit.branch, "unit": unit, "unit_path": unit.path, "post": "TELLER",
            "status": "RATED", "total": "85.00", "computed_star": 3, "star": 3, "token": f"token{staff.pk}",
        },
    )  # fmt: skip
    return made


def _own_rating(org: Any) -> StarRating:
    """That of the cast's teller, at `a1`."""
    return _rating(org.a1, org.cast.teller.staff)


def period(org: Any) -> dict[str, Any]:
    return {"pk": _period(org.branch).pk}


def final(org: Any) -> dict[str, Any]:
    return {"pk": _period(org.branch, "FINAL").pk}


def foreign_period(org: Any) -> dict[str, Any]:
    return {"pk": _period(org.other, "FINAL").pk}


def rating(org: Any) -> dict[str, Any]:
    return {"pk": _own_rating(org).pk}


def foreign_rating(org: Any) -> dict[str, Any]:
    return {"pk": _rating(make_outlet(parent=org.other)).pk}


def sibling_rating(org: Any) -> dict[str, Any]:
    return {"pk": _rating(org.b1).pk}


def file(org: Any) -> dict[str, Any]:
    return {"pk": _own_rating(org).period_id, "ending": "csv"}


def foreign_file(org: Any) -> dict[str, Any]:
    return foreign_period(org) | {"ending": "csv"}


def _adjustment(made: StarRating) -> dict[str, Any]:
    actor = make_user(role="LEADERSHIP", unit=made.branch)
    kept, _ = StarAdjustment.objects.get_or_create(
        rating=made, defaults={"step": 1, "grounds": "获奖", "proposed_by": actor}
    )
    return {"pk": kept.pk}


def adjustment(org: Any) -> dict[str, Any]:
    return _adjustment(_own_rating(org))


def foreign_adjustment(org: Any) -> dict[str, Any]:
    return _adjustment(_rating(make_outlet(parent=org.other)))


def _objection(made: StarRating) -> dict[str, Any]:
    actor = make_user(role="LEADERSHIP", unit=made.branch)
    kept, _ = Objection.objects.get_or_create(
        rating=made, defaults={"text": "漏计", "raised_by": actor}
    )
    return {"pk": kept.pk}


def objection(org: Any) -> dict[str, Any]:
    return _objection(_own_rating(org))


def foreign_objection(org: Any) -> dict[str, Any]:
    return _objection(_rating(make_outlet(parent=org.other)))


def sibling_objection(org: Any) -> dict[str, Any]:
    return _objection(_rating(org.b1))


def scheme(org: Any) -> dict[str, Any]:
    return {"pk": published(org.branch).pk}


def foreign_scheme(org: Any) -> dict[str, Any]:
    return {"pk": published(org.other).pk}


def _draft(branch: Unit) -> dict[str, Any]:
    actor = make_user(role="SERVICE_OFFICE", unit=branch)
    made = star_scheme_draft(branch=branch, label="草稿", rules=DEFAULT_STARS, actor=actor)
    return {"pk": made.pk}


def draft(org: Any) -> dict[str, Any]:
    return _draft(org.branch)


def foreign_draft(org: Any) -> dict[str, Any]:
    return _draft(org.other)


def token(org: Any) -> dict[str, Any]:
    return {"token": _rating(org.a1, state="FINAL").token}


def year(org: Any) -> dict[str, Any]:
    StarPeriod.objects.filter(pk=_period(org.branch).pk).update(computed_at="2012-01-05T00:00Z")
    return {"year": "2011"}


def any_year(org: Any) -> dict[str, Any]:
    year(org)
    return {}


def tried(org: Any) -> dict[str, Any]:
    year(org)
    return draft(org)


def agreed(org: Any) -> dict[str, Any]:
    kept = adjustment(org)
    StarAdjustment.objects.filter(**kept).update(
        state="CONFIRMED", confirmed_by=org.cast.service_office
    )
    return kept


_DRAFTS = ("star_scheme_edit", "star_scheme_what_if")
_MOVES = ("star_period_compute", "star_period_show", "star_period_finish")
PAGES = [
    Row("tellers:stars", STAFF),
    Row("tellers:star_period_open", EDIT),
    Row("tellers:star_period_open", EDIT, method="POST"),
    Row("tellers:star_period", READ, own=period, other=foreign_period),
    *[
        Row(f"tellers:{name}", EDIT, own=period, other=foreign_period, method="POST")
        for name in _MOVES
    ],
    Row("tellers:star_public", STAFF, own=period, other=foreign_period),
    Row("tellers:star_distribution", READ, own=period, other=foreign_period),
    Row("tellers:star_export", EXPORTS, own=file, other=foreign_file),
    Row("tellers:star_allowances", EXPORTS, own=final, other=foreign_period),
    Row("tellers:star_rating", READ, own=rating, other=foreign_rating, sibling=sibling_rating),
    Row("tellers:star_adjust", CONFIRM, own=rating, other=foreign_rating, method="POST"),
    Row(
        "tellers:star_adjust_decide",
        CONFIRM, own=adjustment, other=foreign_adjustment, method="POST",
    ),
    Row("tellers:star_objection", CONFIRM, own=objection, other=foreign_objection),
    Row("tellers:star_objection", CONFIRM, own=objection, other=foreign_objection, method="POST"),
    # Only the teller whose rating it is; to the others of the branch there is no such page.
    Row(
        "tellers:star_object", frozenset({Role.TELLER}), own=rating, other=foreign_rating,
        sibling=sibling_rating, method="POST",
    ),
    Row("tellers:star_schemes", READ),
    Row("tellers:star_scheme", READ, own=scheme, other=foreign_scheme),
    Row("tellers:star_scheme_new", EDIT),
    Row("tellers:star_scheme_new", EDIT, method="POST"),
    *[Row(f"tellers:{name}", EDIT, own=draft, other=foreign_draft) for name in _DRAFTS],
    *[
        Row(f"tellers:star_scheme_{name}", EDIT, own=draft, other=foreign_draft, method="POST")
        for name in ("edit", "publish", "delete")
    ],
    Row("tellers:star_verify", own=token, anybody=True),
    Row("reports:badges", CONFIRM, own=final, other=foreign_period),
    Row("reports:badges", CONFIRM, own=final, other=foreign_period, method="POST"),
    Row("tellers:pacesetters", CONFIRM),
    Row("tellers:pacesetters_export", EXPORTS, own=year),
]  # fmt: skip
OPERATIONS = [
    Row("star-scheme-list", READ),
    Row("star-scheme-list", EDIT, method="POST"),
    Row("star-scheme-detail", READ, own=scheme, other=foreign_scheme),
    *[
        Row("star-scheme-detail", EDIT, own=draft, other=foreign_draft, method=method)
        for method in ("PUT", "DELETE")
    ],
    Row("star-scheme-publish", EDIT, own=draft, other=foreign_draft, method="POST"),
    Row("star-scheme-what-if", EDIT, own=tried, other=foreign_draft),
    Row("star-period-list", STAFF),
    Row("star-period-list", EDIT, method="POST"),
    Row("star-period-detail", STAFF, own=period, other=foreign_period),
    *[
        Row(f"star-period-{name}", EDIT, own=period, other=foreign_period, method="POST")
        for name in ("compute", "show", "finish")
    ],
    Row("star-period-honours", STAFF, own=period, other=foreign_period),
    Row("star-period-distribution", READ, own=period, other=foreign_period),
    Row("star-period-allowances", EXPORTS, own=final, other=foreign_period),
    Row("star-rating-list", READ),
    *[
        Row(f"star-rating-{name}", READ, own=rating, other=foreign_rating, sibling=sibling_rating)
        for name in ("detail", "evidence")
    ],
    Row("star-rating-adjust", CONFIRM, own=rating, other=foreign_rating, method="POST"),
    Row(
        "star-rating-object", frozenset({Role.TELLER}), own=rating, other=foreign_rating,
        sibling=sibling_rating, method="POST",
    ),
    Row("star-adjustment-list", READ),
    Row("star-adjustment-detail", READ, own=agreed, other=foreign_adjustment),
    Row(
        "star-adjustment-decide",
        CONFIRM, own=adjustment, other=foreign_adjustment, method="POST",
    ),
    Row("star-objection-list", READ),
    # Heads know of no objection; the teller of the own.
    Row(
        "star-objection-detail", CONFIRM | {Role.TELLER}, own=objection, other=foreign_objection,
        sibling=sibling_objection,
    ),
    Row("star-objection-decide", CONFIRM, own=objection, other=foreign_objection, method="POST"),
    Row("star-verification-detail", own=token, anybody=True),
    Row("pacesetter-list", CONFIRM, own=any_year),
    Row("star-badges-list", CONFIRM, method="POST"),
]  # fmt: skip
STARS: list[Row] = [*PAGES, *OPERATIONS]
