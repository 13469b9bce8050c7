"""Pages of discipline: violations, penalties, the catalogue, the figures."""

from django.urls import path

from tellers.views import (
    catalogue,
    discipline,
    penalties,
    proposals,
    violation_candidates,
    violations,
)

urlpatterns = [
    path("discipline/", violations.violations, name="violations"),
    path("discipline/export/", violations.violations_export, name="violations_export"),
    path("discipline/violations/new/", violations.violation_new, name="violation_new"),
    path("discipline/violations/<int:pk>/", violations.violation, name="violation"),
    path("discipline/violations/<int:pk>/revoke/", violations.revoke, name="violation_revoke"),
    # What could be recorded.
    path("discipline/candidates/", violation_candidates.candidates, name="violation_candidates"),
    path(
        "discipline/inspections/<int:pk>/",
        violation_candidates.of_inspection,
        name="inspection_violations",
    ),
    path("discipline/letters/<int:pk>/", violation_candidates.of_letter, name="letter_violations"),
    # What follows from them.
    path("discipline/penalties/", penalties.penalties, name="penalties"),
    path("discipline/penalties/new/", proposals.penalty_new, name="penalty_new"),
    path("discipline/penalties/approve/", penalties.approve_many, name="penalties_approve"),
    path("discipline/penalties/notify/", penalties.notify_many, name="penalties_notify"),
    path("discipline/penalties/due/", proposals.proposals, name="penalties_due"),
    path("discipline/penalties/<int:pk>/", penalties.penalty, name="penalty"),
    path("discipline/penalties/<int:pk>/decide/", penalties.decide, name="penalty_decide"),
    path("discipline/penalties/<int:pk>/notify/", penalties.notify, name="penalty_notify"),
    path("discipline/penalties/<int:pk>/appeal/", penalties.appeal, name="penalty_appeal"),
    path("discipline/penalties/<int:pk>/answer/", penalties.answer, name="penalty_answer"),
    path("discipline/statistics/", discipline.statistics, name="discipline"),
    path("discipline/statistics.xlsx", discipline.statistics_export, name="discipline_export"),
    path("discipline/catalogue/", catalogue.catalogue, name="catalogue"),
    path("discipline/catalogue/new/", catalogue.kind_new, name="violation_kind_new"),
    path("discipline/catalogue/<int:pk>/", catalogue.kind_edit, name="violation_kind"),
]
