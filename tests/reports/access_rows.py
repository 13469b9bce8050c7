"""Who gets in at the URLs of reports."""

from typing import Any

from accounts.roles import Capability
from outlets.models import Unit
from reports.models import Correction, MonthlyScore, SchemeVersion, Season
from reports.scheme import DEFAULT_SCHEME
from reports.services.corrections import correction_issue
from reports.services.months import month_open, months_close
from tests.access_table import Row, who
from tests.factories import make_outlet
from tests.reports.bulletin_access_rows import BULLETINS
from tests.reports.circular_rows import CIRCULARS
from tests.reports.document_access_rows import DOCUMENTS
from tests.reports.rows import APRIL, release

LEAGUE, CLOSE = who(Capability.LEAGUE_READ), who(Capability.MONTHS_CLOSE)
SCHEMES, EXPORTS = who(Capability.SCHEMES_EDIT), who(Capability.EXPORTS)


def month(_org: Any) -> dict[str, Any]:
    return {"month": APRIL}


def opened(org: Any) -> dict[str, Any]:
    month_open(branch=org.branch, month=APRIL)
    return {"month": str(APRIL)}


def file(org: Any) -> dict[str, Any]:
    release(org.a1)
    return {"month": APRIL, "ending": "csv"}


def _score(unit: Unit) -> dict[str, Any]:
    release(unit)
    return {"month": APRIL, "unit": unit.pk}


def own_score(org: Any) -> dict[str, Any]:
    return _score(org.a1)


def sibling_score(org: Any) -> dict[str, Any]:
    return _score(org.b1)


def foreign_score(org: Any) -> dict[str, Any]:
    return _score(make_outlet(parent=org.other))


def institution(org: Any) -> dict[str, Any]:
    release(org.a1)
    return {"month": APRIL, "unit": org.a.pk}


def sibling_institution(org: Any) -> dict[str, Any]:
    release(org.b1)
    return {"month": APRIL, "unit": org.b.pk}


def _row(unit: Unit) -> dict[str, Any]:
    release(unit)
    return {"pk": MonthlyScore.objects.get(unit=unit, kind="OUTLET").pk}


def own_row(org: Any) -> dict[str, Any]:
    return _row(org.a1)


def sibling_row(org: Any) -> dict[str, Any]:
    return _row(org.b1)


def foreign_row(org: Any) -> dict[str, Any]:
    return _row(make_outlet(parent=org.other))


def _correction(org: Any, unit: Unit) -> dict[str, Any]:
    if not Correction.objects.filter(month_close__branch_id=unit.branch_id).exists():
        release(unit)
        months_close(branch_ids=[unit.branch_id], month=APRIL, actor=None)
        release(unit, score="80.00")
        correction_issue(
            branch=unit.branch, month=APRIL, reason="漏报", actor=org.cast.service_office
        )
    return {"pk": Correction.objects.get(month_close__branch_id=unit.branch_id).pk}


def own_correction(org: Any) -> dict[str, Any]:
    return _correction(org, org.a1)


def foreign_correction(org: Any) -> dict[str, Any]:
    return _correction(org, make_outlet(parent=org.other))


def _scheme(branch: Unit, **kw: Any) -> dict[str, Any]:
    found, _ = SchemeVersion.objects.get_or_create(
        branch=branch,
        label="办法",
        defaults={"effective_from": APRIL.first, "rules": DEFAULT_SCHEME.to_json(), **kw},
    )
    return {"pk": found.pk}


def own_scheme(org: Any) -> dict[str, Any]:
    return _scheme(org.branch, published_at="2011-04-01T00:00+08:00")


def foreign_scheme(org: Any) -> dict[str, Any]:
    return _scheme(org.other, published_at="2011-04-01T00:00+08:00")


def own_draft(org: Any) -> dict[str, Any]:
    return _scheme(org.branch)


def foreign_draft(org: Any) -> dict[str, Any]:
    return _scheme(org.other)


def _season(branch: Unit) -> dict[str, Any]:
    found, _ = Season.objects.get_or_create(
        branch=branch, name="赛季", first_month=APRIL.first, last_month=APRIL.first
    )
    return {"pk": found.pk}


def own_season(org: Any) -> dict[str, Any]:
    return _season(org.branch)


def foreign_season(org: Any) -> dict[str, Any]:
    return _season(org.other)


PAGES = [
    Row("reports:league", LEAGUE),
    Row("reports:league", LEAGUE, query="view=season"),
    Row("reports:league", LEAGUE, query="view=heat"),
    Row("reports:league", LEAGUE, query="view=gap"),
    Row("reports:scores_export", EXPORTS, own=file),
    Row("reports:institutions_export", EXPORTS, own=file),
    Row("reports:score", LEAGUE, own=own_score, other=foreign_score, sibling=sibling_score),
    Row("reports:letters", LEAGUE),
    Row("reports:letters_export", EXPORTS),
    Row("reports:months", CLOSE),
    Row("reports:month", CLOSE, own=month),
    Row("reports:month_rollup", CLOSE, own=month, method="POST"),
    Row("reports:month_publish", CLOSE, own=month, method="POST"),
    Row("reports:month_close", CLOSE, own=month, method="POST"),
    Row("reports:month_correct", CLOSE, own=lambda org: opened(org) | month(org)),
    Row("reports:month_correct", CLOSE, own=lambda org: opened(org) | month(org), method="POST"),
    Row("reports:corrections", LEAGUE),
    Row("reports:correction", LEAGUE, own=own_correction, other=foreign_correction),
    Row("reports:schemes", LEAGUE),
    Row("reports:scheme", LEAGUE, own=own_scheme, other=foreign_scheme),
    Row("reports:scheme_new", SCHEMES),
    Row("reports:scheme_new", SCHEMES, method="POST"),
    Row("reports:season_new", SCHEMES),
    Row("reports:season_new", SCHEMES, method="POST"),
    Row("reports:scheme_edit", SCHEMES, own=own_draft, other=foreign_draft),
    Row("reports:scheme_edit", SCHEMES, own=own_draft, other=foreign_draft, method="POST"),
    Row("reports:scheme_publish", SCHEMES, own=own_draft, other=foreign_draft, method="POST"),
    Row("reports:scheme_delete", SCHEMES, own=own_draft, other=foreign_draft, method="POST"),
]
# The head of an outlet sees the outlet, not the institution above it.
INSTITUTIONS = [
    Row(
        "reports:institution",
        LEAGUE - {"OUTLET_HEAD"},
        own=institution,
        sibling=sibling_institution,
    ),
]
OPERATIONS = [
    Row("score-list", LEAGUE),
    Row("score-detail", LEAGUE, own=own_row, other=foreign_row, sibling=sibling_row),
    Row("letter-statistics-list", LEAGUE),
    Row("month-list", LEAGUE),
    Row("month-detail", LEAGUE, own=opened),
    Row("month-rollup", CLOSE, own=opened, method="POST"),
    Row("month-publish", CLOSE, own=opened, method="POST"),
    Row("month-close", CLOSE, own=opened, method="POST"),
    Row("month-waiting", CLOSE, own=opened),
    Row("correction-list", LEAGUE),
    Row("correction-list", CLOSE, method="POST"),
    Row("correction-detail", LEAGUE, own=own_correction, other=foreign_correction),
    Row("scheme-list", LEAGUE),
    Row("scheme-list", SCHEMES, method="POST"),
    Row("scheme-detail", LEAGUE, own=own_scheme, other=foreign_scheme),
    Row("season-list", LEAGUE),
    Row("season-list", SCHEMES, method="POST"),
    Row("season-detail", LEAGUE, own=own_season, other=foreign_season),
    Row("season-standings", LEAGUE, own=own_season, other=foreign_season),
]
ROWS: list[Row] = [*PAGES, *INSTITUTIONS, *OPERATIONS, *BULLETINS, *CIRCULARS, *DOCUMENTS]
