"""What is suggested for a letter: the branch's names and words read, its models asked where they

are better than the words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import structlog
from django.db.models import QuerySet
from django.utils import timezone

from complaints.classifier import Classifier, ModelBroken, Prediction
from complaints.models import Letter, SuggestionModel
from complaints.suggestion_words import BUSINESSES, CAUSES, KINDS, SERVICE_CHANNELS, SEVERITIES
from complaints.suggestions import (
    Person,
    Segment,
    Suggestion,
    UnitNames,
    by_words,
    first_by_words,
    person_suggestions,
    segments,
    unit_suggestions,
)
from outlets.models import Posting, Unit
from outlets.selectors.staff import on_day

log = structlog.get_logger(__name__)

Target = SuggestionModel.Target

# What a matched word led to, for the reader of the text; the first has its say where two meet.
FIELDS: Final = {
    "unit": "机构", "staff": "员工", "severity": "程度", "kind": "类型", "cause": "原因",
    "business": "业务", "service_channel": "渠道",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suggested:
    """What is suggested for a letter, by field, surest first; and its text with the words marked."""

    by_field: dict[str, list[Suggestion]] = field(default_factory=dict)
    segments: list[Segment] = field(default_factory=list)

    def first(self, name: str) -> Suggestion | None:
        """The surest suggestion of a field."""
        return next(iter(self.by_field.get(name, ())), None)


def suggestions_for(letter: Letter) -> Suggested:
    """What the masked text of a letter suggests. Three queries, and one for each model not yet read."""
    text = letter.text
    models = {one.target: one for one in latest_models(letter.branch_id) if one.is_on}
    units = unit_suggestions(text, unit_names(letter.branch_id))
    found = {
        "kind": by_words(text, KINDS),
        "unit": units,
        "cause": by_words(text, CAUSES),
        "business": by_words(text, BUSINESSES),
        "service_channel": by_words(text, SERVICE_CHANNELS),
        "severity": first_by_words(text, SEVERITIES),
    }
    for target, name in ((Target.KIND, "kind"), (Target.UNIT, "unit"), (Target.CAUSE, "cause")):
        if target in models:
            found[name] = _asked(models[target], text, found[name])
    found["staff"] = _people(letter, found["unit"])
    return Suggested(found, segments(text, _marks(found)))


def _asked(model: SuggestionModel, text: str, words: Sequence[Suggestion]) -> list[Suggestion]:
    """The model's suggestion, then those of the words that differ.

    The words alone when the model was replaced just now, so that its weights are gone.
    """
    try:
        said = model_of(model.pk).predict(text)
    except ModelBroken as error:
        log.warning("suggestion model not read", model=model.pk, reason=str(error))
        return list(words)
    first = Suggestion(said.label, _reason(said), said.grams, said.confidence)
    return [first, *(one for one in words if one.value != said.label)]


def _reason(said: Prediction) -> str:
    share = f"与本行以往来信最相近（{said.confidence:.0%}）"
    words = "".join(f"“{gram}”" for gram in said.grams)
    return f"{share}，依据{words}" if words else share


@lru_cache(maxsize=8)
def model_of(pk: int) -> Classifier:
    """The model of a row, which never changes but to be emptied; the latest few are kept at hand."""
    weights = SuggestionModel.objects.values_list("weights", flat=True).get(pk=pk)
    return Classifier.from_bytes(bytes(weights))


def latest_models(branch_id: int) -> QuerySet[SuggestionModel]:
    """The newest model of each kind of a branch, without its weights."""
    rows = SuggestionModel.objects.filter(branch=branch_id).defer("weights")
    return rows.order_by("target", "-id").distinct("target")


def unit_names(branch_id: int) -> list[UnitNames]:
    """How the units of a branch may be named, those closed long ago too. One query."""
    rows = Unit.objects.filter(branch=branch_id).order_by("path")
    return [
        UnitNames(str(pk), *names)
        for pk, *names in rows.values_list("pk", "code", "name", "short_name")
    ]


def _people(letter: Letter, units: Sequence[Suggestion]) -> list[Suggestion]:
    """The employees of the branch on the letter's day whom the text names."""
    day = timezone.localdate(letter.received_at)
    posted = Posting.objects.filter(on_day(day), staff__branch=letter.branch_id)
    rows = posted.order_by("staff__number").values_list(
        "staff", "staff__number", "staff__name", "unit"
    )
    people = [Person(str(pk), number, name, str(unit)) for pk, number, name, unit in rows]
    named = str(letter.unit_id) if letter.unit_id else next((one.value for one in units), None)
    return person_suggestions(letter.text, people, named)


def _marks(found: dict[str, list[Suggestion]]) -> dict[str, str]:
    """Every word of the first suggestions → what it led to."""
    marks: dict[str, str] = {}
    for name, label in FIELDS.items():
        for suggestion in found[name][:1]:
            for word in suggestion.words:
                marks.setdefault(word, label)
    return marks
