"""The API of this app."""

from rest_framework.routers import SimpleRouter

from reports.api.badges import BadgesViewSet
from reports.api.bulletins import BulletinViewSet
from reports.api.circulars import CircularViewSet
from reports.api.corrections import CorrectionViewSet
from reports.api.documents import DocumentViewSet
from reports.api.letters import LetterStatisticsViewSet
from reports.api.months import MonthViewSet
from reports.api.schemes import SchemeViewSet, SeasonViewSet
from reports.api.scores import ScoreViewSet
from reports.api.service_files import FileDocumentViewSet

router = SimpleRouter()
router.register("bulletins", BulletinViewSet, basename="bulletin")
router.register("circulars", CircularViewSet, basename="circular")
router.register("documents", DocumentViewSet, basename="document")
router.register("letter-statistics", LetterStatisticsViewSet, basename="letter-statistics")
router.register("star-badges", BadgesViewSet, basename="star-badges")
router.register("scores", ScoreViewSet, basename="score")
router.register("months", MonthViewSet, basename="month")
router.register("corrections", CorrectionViewSet, basename="correction")
router.register("schemes", SchemeViewSet, basename="scheme")
router.register("seasons", SeasonViewSet, basename="season")
router.register("file-documents", FileDocumentViewSet, basename="file-document")
