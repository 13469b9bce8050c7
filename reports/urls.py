"""Pages of reports."""

from django.urls import path, register_converter

from outlets.months import Month
from reports.views import (
    badges,
    bulletins,
    circulars,
    documents,
    files,
    league,
    letters,
    months,
    schemes,
    scores,
)


class MonthConverter:
    """A month in a URL, `2011-04`; anything else is not found."""

    regex = "[0-9]{4}-[0-9]{2}"

    def to_python(self, value: str) -> Month:
        """The month; its ValueError makes Django say 404."""
        return Month.parse(value)

    def to_url(self, value: Month) -> str:
        """As it prints."""
        return str(value)


register_converter(MonthConverter, "month")

app_name = "reports"
urlpatterns = [
    path("league/", league.league, name="league"),
    path(
        "league/<month:month>/scores.<str:ending>",
        league.export,
        {"kind": "scores"},
        name="scores_export",
    ),
    path(
        "league/<month:month>/institutions.<str:ending>",
        league.export,
        {"kind": "institutions"},
        name="institutions_export",
    ),
    path("scores/<month:month>/<int:unit>/", scores.score, name="score"),
    path("scores/<month:month>/institutions/<int:unit>/", scores.institution, name="institution"),
    path("letters/", letters.letters, name="letters"),
    path("letters/statistics.xlsx", letters.letters_export, name="letters_export"),
    path("months/", months.months, name="months"),
    path("months/<month:month>/", months.month, name="month"),
    path("months/<month:month>/rollup/", months.rollup, name="month_rollup"),
    path("months/<month:month>/publish/", months.publish, name="month_publish"),
    path("months/<month:month>/close/", months.close, name="month_close"),
    path("months/<month:month>/correct/", months.correct, name="month_correct"),
    path("corrections/", months.corrections, name="corrections"),
    path("corrections/<int:pk>/", months.correction, name="correction"),
    path("bulletins/", bulletins.bulletins, name="bulletins"),
    path("bulletins/issue/", bulletins.issue, name="bulletin_issue"),
    path("bulletins/<int:pk>/", bulletins.bulletin, name="bulletin"),
    path("bulletins/<int:pk>/file.pdf", bulletins.file, name="bulletin_file"),
    path("bulletins/<int:pk>/render/", bulletins.render_again, name="bulletin_render"),
    path("circulars/", circulars.circulars, name="circulars"),
    path("circulars/issue/", circulars.issue, name="circular_issue"),
    path("circulars/<int:year>/<int:number>/", circulars.circular, name="circular"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("documents/<int:pk>/file.pdf", documents.file, name="document_file"),
    path("documents/<int:pk>/render/", documents.render_again, name="document_render"),
    path("files/<int:pk>/document/", files.file_make, name="file_make"),
    path("stars/<int:pk>/badges/", badges.badges, name="badges"),
    path("schemes/", schemes.schemes, name="schemes"),
    path("schemes/new/", schemes.scheme_new, name="scheme_new"),
    path("schemes/seasons/new/", schemes.season_new, name="season_new"),
    path("schemes/<int:pk>/", schemes.scheme, name="scheme"),
    path("schemes/<int:pk>/edit/", schemes.scheme_edit, name="scheme_edit"),
    path("schemes/<int:pk>/publish/", schemes.scheme_publish, name="scheme_publish"),
    path("schemes/<int:pk>/delete/", schemes.scheme_delete, name="scheme_delete"),
]
