"""Training a branch's suggestion models on its own decided letters, and measuring them honestly.

A model learns from the earlier letters and is measured on the later ones, which it has not seen; the
patterns are measured on the same. It suggests only while it is better (`SuggestionModel.is_on`).
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Final

from django.db import transaction

from accounts.jobs import Progress, job_request
from accounts.models import Job, User
from complaints.classifier import Classifier
from complaints.fitting import fit
from complaints.models import SuggestionModel
from complaints.selectors.suggestions import unit_names
from complaints.selectors.training import MINIMUM, TRAIN, Decided, decided
from complaints.suggestion_words import CAUSES, KINDS
from complaints.suggestions import Suggestion, by_words, unit_suggestions
from outlets.models import Unit
from outlets.months import Month
from outlets.selectors import branches

Target = SuggestionModel.Target

_PLACES: Final = Decimal("0.0001")

Guess = Callable[[str], list[Suggestion]]


def training_request(*, branch: Unit, month: Month, actor: User | None) -> Job:
    """Ask for the branch's models to be trained; one job a month, done anew when asked again."""
    return job_request(
        kind=TRAIN,
        scope=branch.code,
        period=str(month),
        actor=actor,
        params={"branch": branch.pk},
    )


def trainings_request(*, month: Month) -> None:
    """Ask for every branch's models to be trained; asked by two schedules at once it is one job."""
    for branch in branches():
        training_request(branch=branch, month=month, actor=None)


def models_train(*, branch_id: int, progress: Progress) -> dict[str, str]:
    """Train a model for each target that has letters enough; what became of each, in Chinese."""
    outcomes = {}
    for step, target in enumerate(Target):
        progress(100 * step // len(Target), f"正在训练“{target.label}”")
        outcomes[target.value] = _train(branch_id, decided(branch_id, target))
    return outcomes


def _train(branch_id: int, letters: Decided) -> str:
    labels = letters.labels()
    if letters.count < MINIMUM:
        return f"只有{letters.count}封已定的来信，满{MINIMUM}封才训练"
    if len(labels) < 2:  # noqa: PLR2004  (nothing to tell apart)
        return "以往来信都相同，无从训练"
    model = fit(letters.earlier, labels)
    held_out = letters.count - letters.cut
    right, _ = model.accuracy(letters.later())
    guessed = _right(patterns_of(branch_id, letters.target), letters.later())
    row = model_store(
        SuggestionModel(
            branch_id=branch_id,
            target=letters.target,
            letters=letters.cut,
            held_out=held_out,
            accuracy=_share(right, held_out),
            baseline=_share(guessed, held_out),
        ),
        model,
    )
    return "已启用" if row.is_on else "未超过模式，不启用"


def patterns_of(branch_id: int, target: str) -> Guess:
    """How the words alone suggest a target."""
    if target == Target.UNIT:
        units = unit_names(branch_id)
        return lambda text: unit_suggestions(text, units)
    words = KINDS if target == Target.KIND else CAUSES
    return lambda text: by_words(text, words)


def _right(guess: Guess, letters: Iterable[tuple[str, str]]) -> int:
    """How many letters the first suggestion gets right; none suggested is wrong."""
    return sum(next((one.value for one in guess(text)), "") == label for text, label in letters)


def _share(right: int, total: int) -> Decimal:
    return (Decimal(right) / total).quantize(_PLACES)


@transaction.atomic
def model_store(row: SuggestionModel, model: Classifier) -> SuggestionModel:
    """Keep a model; of those before it the figures stay, not the weights."""
    row.weights = model.to_bytes()
    row.save()
    older = SuggestionModel.objects.filter(branch=row.branch_id, target=row.target, pk__lt=row.pk)
    older.update(weights=b"")
    return row
