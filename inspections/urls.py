"""Pages of inspections."""

from django.urls import path, re_path

from inspections.views import (
    checklist_editor,
    checklist_edits,
    checklists,
    inspections,
    photos,
    scoring,
    visits,
)

app_name = "inspections"
urlpatterns = [
    path("today/", visits.today, name="today"),
    path("visits/", visits.visits, name="visits"),
    path("visits/new/", visits.visit_create, name="visit_create"),
    path("visits/assign/", visits.assign, name="visits_assign"),
    path("visits/cancel/", visits.cancel, name="visits_cancel"),
    path("visits/<int:pk>/edit/", visits.visit_edit, name="visit_edit"),
    path("visits/<int:pk>/score/", scoring.score, name="score"),
    path("visits/<int:pk>/receipt/", scoring.receipt, name="receipt"),
    path("inspections/", inspections.inspections, name="inspections"),
    path("inspections/release/", inspections.release, name="inspections_release"),
    path("inspections/<int:pk>/", inspections.inspection, name="inspection"),
    path("inspections/<int:pk>/return/", inspections.send_back, name="inspection_return"),
    path("waves/", inspections.waves, name="waves"),
    path("waves/<int:pk>/release/", inspections.wave_out, name="wave_release"),
    path("photos/<uuid:uuid>.jpg", photos.photo, name="photo"),
    path("photos/<uuid:uuid>.small.jpg", photos.photo, {"size": "small"}, name="photo_small"),
    path("checklists/", checklists.checklists, name="checklists"),
    path("checklists/new/", checklist_edits.create, name="checklist_create"),
    path("checklists/import/", checklist_edits.import_file, name="checklist_import"),
    path("checklists/template.xlsx", checklists.template, name="checklist_template"),
    path("checklists/<int:pk>/copy/", checklist_edits.copy, name="checklist_copy"),
    path("checklists/versions/<int:pk>/", checklists.version, name="checklist_version"),
    path("checklists/versions/<int:pk>/preview/", checklists.preview, name="checklist_preview"),
    path("checklists/versions/<int:pk>/diff/<int:other>/", checklists.diff, name="checklist_diff"),
    re_path(
        r"^checklists/versions/(?P<pk>[0-9]{1,18})/export\.(?P<ending>xlsx|csv)$",
        checklists.export,
        name="checklist_export",
    ),
    path(
        "checklists/versions/<int:pk>/publish/", checklist_edits.publish, name="checklist_publish"
    ),
    path("checklists/versions/<int:pk>/delete/", checklist_edits.delete, name="checklist_delete"),
    path("checklists/versions/<int:pk>/head/", checklist_edits.head_edit, name="checklist_head"),
    path("checklists/versions/<int:pk>/edit/", checklist_editor.edit, name="checklist_edit"),
    path(
        "checklists/versions/<int:pk>/sections/new/",
        checklist_editor.section_new,
        name="checklist_section_new",
    ),
    path(
        "checklists/sections/<int:pk>/",
        checklist_editor.section_edit,
        name="checklist_section_edit",
    ),
    path(
        "checklists/sections/<int:pk>/move/",
        checklist_editor.section_shift,
        name="checklist_section_move",
    ),
    path(
        "checklists/sections/<int:pk>/delete/",
        checklist_editor.section_delete,
        name="checklist_section_delete",
    ),
    path(
        "checklists/sections/<int:pk>/items/new/",
        checklist_editor.item_new,
        name="checklist_item_new",
    ),
    path("checklists/items/<int:pk>/", checklist_editor.item_edit, name="checklist_item_edit"),
    path("checklists/items/<int:pk>/row/", checklist_editor.item_row, name="checklist_item_row"),
    path(
        "checklists/items/<int:pk>/move/",
        checklist_editor.item_shift,
        name="checklist_item_move",
    ),
    path(
        "checklists/items/<int:pk>/delete/",
        checklist_editor.item_delete,
        name="checklist_item_delete",
    ),
]
