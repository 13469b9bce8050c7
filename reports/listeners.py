"""What happens elsewhere and moves the figures: quizzes that came or changed."""

from collections.abc import Sequence

from reports.services.rollup import Change, figures_refresh
from tellers.services import QuizChange, on_quizzes


@on_quizzes
def quizzes_changed(changes: Sequence[QuizChange]) -> None:
    """Carry quiz results into the open months they belong to."""
    figures_refresh(Change(*change) for change in changes)
