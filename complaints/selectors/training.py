"""Which letters suggestion models learn from, and how good the models are."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import CharField, F, QuerySet
from django.db.models.functions import Cast

from accounts.models import Job
from complaints.models import Letter, SuggestionModel
from outlets.models import Unit

TRAIN: Final = "letters_train"
Target = SuggestionModel.Target

MINIMUM: Final = 200  # decided letters without which nothing is trained
MOST: Final = 30_000  # the latest; older ones no longer tell how people write
_EARLIER: Final = Decimal("0.8")
_CHUNK: Final = 1_000
_PAST: Final = 12  # trainings shown

# What a target is called among the columns of a letter.
_COLUMNS: Final = {Target.KIND: "kind", Target.UNIT: "unit", Target.CAUSE: "cause"}
_WAITING: Final = (Letter.State.RECEIVED, Letter.State.MERGED, Letter.State.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Decided:
    """The letters a target can be learned from, in the order they came: how many, and which split."""

    target: str
    rows: QuerySet[Any, Any]
    count: int

    @property
    def cut(self) -> int:
        """How many of them are learned from."""
        return int(self.count * _EARLIER)

    def earlier(self) -> Iterator[tuple[str, str]]:
        """(text, label) of those learned from."""
        return self.rows[: self.cut].iterator(chunk_size=_CHUNK)

    def later(self) -> Iterator[tuple[str, str]]:
        """(text, label) of those held out."""
        return self.rows[self.cut :].iterator(chunk_size=_CHUNK)

    def labels(self) -> list[str]:
        """What the earlier letters were decided to be."""
        early = self.rows[: self.cut].values_list("label", flat=True)
        return sorted(set(early.iterator(chunk_size=_CHUNK)))


def decided(branch_id: int, target: str) -> Decided:
    """The branch's letters that somebody decided on, the latest `MOST` of them."""
    column = _COLUMNS[Target(target)]
    decided_on = Letter.objects.filter(branch=branch_id, redacted_at=None).exclude(
        state__in=_WAITING
    )
    labelled: QuerySet[Any] = decided_on.annotate(label=Cast(F(column), CharField()))
    letters = labelled.exclude(label=None).exclude(label="")
    count = letters.count()
    rows = letters.order_by("received_at", "pk").values_list("text", "label")
    return Decided(target, rows[max(0, count - MOST) :], min(count, MOST))


@dataclass(frozen=True, slots=True)
class Standing:
    """A kind of suggestion: how many letters there are to learn from, and the model in use."""

    label: str
    decided: int
    model: SuggestionModel | None

    @property
    def is_on(self) -> bool:
        """Whether the model suggests, not the patterns."""
        return self.model is not None and self.model.is_on

    @property
    def missing(self) -> int:
        """How many letters are missing before anything is trained."""
        return max(0, MINIMUM - self.decided)


@dataclass(frozen=True, slots=True)
class SuggestionsPage:
    """What each kind of suggestion comes from, earlier trainings, and the training under way."""

    standings: list[Standing]
    past: list[SuggestionModel]
    job: Job | None
    minimum: int = MINIMUM

    @property
    def on(self) -> list[str]:
        """The kinds that models suggest."""
        return [one.label for one in self.standings if one.is_on]


def suggestions_page(branch: Unit) -> SuggestionsPage:
    """The figures of a branch. Five queries."""
    rows = SuggestionModel.objects.filter(branch=branch).defer("weights").order_by("-id")
    past = list(rows[: _PAST * len(Target)])
    latest = {one.target: one for one in reversed(past)}
    return SuggestionsPage(
        standings=[
            Standing(one.label, decided(branch.pk, one).count, latest.get(one.value))
            for one in Target
        ],
        past=past,
        job=Job.objects.filter(kind=TRAIN, scope=branch.code).order_by("-asked_at").first(),
    )
