"""The API of tellers' records, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from tellers.api.quizzes import QuizViewSet

router = SimpleRouter()
router.register("quizzes", QuizViewSet, basename="quiz")
