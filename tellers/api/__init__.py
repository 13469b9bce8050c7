"""The API of tellers' records, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from tellers.api.catalogue import ViolationKindViewSet
from tellers.api.devices import DeviceMonthViewSet, DeviceStatisticsViewSet
from tellers.api.discipline import DisciplineViewSet
from tellers.api.files import ServiceFileViewSet
from tellers.api.pacesetters import PacesetterViewSet
from tellers.api.penalties import PenaltyViewSet
from tellers.api.quizzes import QuizViewSet
from tellers.api.star_periods import StarPeriodViewSet, StarVerificationViewSet
from tellers.api.star_ratings import (
    StarAdjustmentViewSet,
    StarObjectionViewSet,
    StarRatingViewSet,
)
from tellers.api.star_schemes import StarSchemeViewSet
from tellers.api.trainings import AttendanceViewSet, TrainingViewSet
from tellers.api.violations import (
    AnswerCandidateViewSet,
    LetterCandidateViewSet,
    ViolationViewSet,
)

router = SimpleRouter()
router.register("quizzes", QuizViewSet, basename="quiz")
router.register("violations", ViolationViewSet, basename="violation")
router.register("violation-kinds", ViolationKindViewSet, basename="violation-kind")
router.register("violation-answers", AnswerCandidateViewSet, basename="violation-answer")
router.register("violation-letters", LetterCandidateViewSet, basename="violation-letter")
router.register("penalties", PenaltyViewSet, basename="penalty")
router.register("discipline-statistics", DisciplineViewSet, basename="discipline-statistics")
router.register("files", ServiceFileViewSet, basename="file")
router.register("device-months", DeviceMonthViewSet, basename="device-month")
router.register("device-statistics", DeviceStatisticsViewSet, basename="device-statistics")
router.register("trainings", TrainingViewSet, basename="training")
router.register("attendances", AttendanceViewSet, basename="attendance")
router.register("star-schemes", StarSchemeViewSet, basename="star-scheme")
router.register("star-periods", StarPeriodViewSet, basename="star-period")
router.register("star-ratings", StarRatingViewSet, basename="star-rating")
router.register("star-adjustments", StarAdjustmentViewSet, basename="star-adjustment")
router.register("star-objections", StarObjectionViewSet, basename="star-objection")
router.register("star-verifications", StarVerificationViewSet, basename="star-verification")
router.register("pacesetters", PacesetterViewSet, basename="pacesetter")
