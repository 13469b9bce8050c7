"""The API of this app, by noun."""

from rest_framework.routers import SimpleRouter

from inspections.api import checklists, evidence, inspections, visits, waves

router = SimpleRouter()
router.register("checklists", checklists.ChecklistViewSet, basename="checklist")
router.register("checklist-versions", checklists.VersionViewSet, basename="checklist-version")
router.register("checklist-sections", checklists.SectionViewSet, basename="checklist-section")
router.register("checklist-items", checklists.ItemViewSet, basename="checklist-item")
router.register("visits", visits.VisitViewSet, basename="visit")
router.register("inspections", inspections.InspectionViewSet, basename="inspection")
router.register("evidence", evidence.EvidenceViewSet, basename="evidence")
router.register("waves", waves.WaveViewSet, basename="wave")
