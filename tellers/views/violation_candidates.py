"""What could be recorded as a violation: of a month, of one inspection, of one letter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.access import SignedInRequest, allowed
from accounts.acting import acted, form_methods
from accounts.models import User
from accounts.roles import Capability
from complaints.models import Responsibility
from complaints.selectors.letters import letters_visible_to
from inspections.models import Answer
from inspections.selectors.firewall import inspections_visible_to, released
from tellers.candidates import suggested
from tellers.forms.violations import CandidateFilterForm, ChosenKindsForm, branch_of
from tellers.models import Violation, ViolationKind
from tellers.selectors.discipline import violations_visible_to
from tellers.selectors.violation_candidates import (
    CandidateSought,
    answer_candidates,
    candidates_month,
    letter_candidates,
)
from tellers.services.violations import ViolationFacts, violations_record

PER_PAGE: Final = 40
Kinds = dict[str, ViolationKind]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lost mark or a valid complaint that names somebody; `code` the entry it is likely to be."""

    key: str
    row: Any
    code: str = ""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What a page offers to record, and how its form stands."""

    answers: list[Candidate]
    letters: list[Candidate]
    kinds: list[ViolationKind]
    form: ChosenKindsForm
    status: int

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.answers) + len(self.letters)


@allowed(Capability.RECORDS_EDIT)
@form_methods
def candidates(request: SignedInRequest) -> HttpResponse:
    """Those of a month, by default the latest with any; recorded from here in one step."""
    month = candidates_month(request.user)
    asked = request.GET if "month" in request.GET else {"month": str(month or "")}
    form = CandidateFilterForm(asked, user=request.user)
    sought = form.sought()
    answers = answer_candidates(request.user, sought)
    if form.wants_likely:
        answers = _likely(answers, _kinds(request.user))
    page = Paginator(answers, PER_PAGE)
    shown = page.get_page(request.GET.get("page"))
    letters = letter_candidates(request.user, sought) if shown.number == 1 else ()
    offer = _offer(request, shown.object_list, letters)
    if not offer.status:
        return redirect(request.get_full_path())
    context = {
        "filter_form": form,
        "page_obj": shown,
        "offer": offer,
        "month": sought.month,
        "number": page.count + len(offer.letters),
        "other": month if sought.month != month else None,
    }
    return render(request, "tellers/violation_candidates.html", context, status=offer.status)


@allowed(Capability.RECORDS_EDIT)
@form_methods
def of_inspection(request: SignedInRequest, pk: int) -> HttpResponse:
    """What one inspection shows against people: recorded already, and still to be."""
    seen = inspections_visible_to(request.user).filter(released()).select_related("unit")
    found = get_object_or_404(seen, pk=pk)
    answers = answer_candidates(request.user, CandidateSought(inspection=pk))
    words = f"{found.unit.short_name} {found.date:%Y-%m-%d} {found.get_channel_display()}"
    back = reverse("inspections:inspection", args=[pk])
    return _of_one(request, (words, "检查", back), _offer(request, answers, ()), Q(inspection=pk))


@allowed(Capability.RECORDS_EDIT)
@form_methods
def of_letter(request: SignedInRequest, pk: int) -> HttpResponse:
    """What one letter shows against somebody."""
    found = get_object_or_404(letters_visible_to(request.user), pk=pk)
    letters = letter_candidates(request.user, CandidateSought(letter=pk))
    words = f"来信 {found.reference}"
    back = reverse("complaints:letter", args=[pk])
    return _of_one(request, (words, "来信", back), _offer(request, (), letters), Q(letter=pk))


def _of_one(
    request: SignedInRequest, source: tuple[str, str, str], offer: Offer, evidence: Q
) -> HttpResponse:
    if not offer.status:
        return redirect(request.path)
    words, noun, back = source
    recorded = violations_visible_to(request.user).filter(evidence, state=Violation.State.RECORDED)
    context = {
        "offer": offer, "source": words, "noun": noun, "back": back, "recorded": recorded,
        "number": offer.number,
    }  # fmt: skip
    return render(request, "tellers/violation_candidates.html", context, status=offer.status)


def _offer(
    request: SignedInRequest, answers: Iterable[Answer], letters: Iterable[Responsibility]
) -> Offer:
    """The candidates with a kind suggested for each; those chosen are recorded if posted."""
    kinds = _kinds(request.user)
    by_key: dict[str, Any] = {f"A{one.pk}": one for one in answers}
    by_key |= {f"L{one.pk}": one for one in letters}
    asked = request.POST if request.method == "POST" else None
    form = ChosenKindsForm(asked, keys=list(by_key), kinds=kinds)

    def do(form: ChosenKindsForm) -> str:
        chosen = form.chosen()
        facts = [_facts(by_key[key], kind) for key, kind in chosen.items()]
        violations_record(facts=facts, actor=request.user)
        return f"已记录{len(facts)}项违规"

    status = acted(request, form, do)
    rows = [_candidate(key, row, kinds, asked) for key, row in by_key.items()]
    return Offer(
        answers=[one for one in rows if isinstance(one.row, Answer)],
        letters=[one for one in rows if not isinstance(one.row, Answer)],
        kinds=list(kinds.values()),
        form=form,
        status=status,
    )


def _kinds(user: User) -> Kinds:
    """The entries in use, by code."""
    held = ViolationKind.objects.filter(branch=branch_of(user), is_active=True)
    return {kind.code: kind for kind in held}


def _likely(answers: QuerySet[Answer], kinds: Kinds) -> QuerySet[Answer]:
    """Those of items that are like an entry of the catalogue."""
    names = {code: kind.name for code, kind in kinds.items()}
    items = answers.order_by().values_list("item", "item__text").distinct()
    return answers.filter(item__in=[pk for pk, text in items if suggested(text, names)])


def _candidate(key: str, row: Any, kinds: Kinds, asked: Any) -> Candidate:
    if asked is not None:
        ticked = key in asked.getlist("pick") or asked.get("only") == key
        return Candidate(key, row, asked.get(f"kind-{key}", ""), ticked)
    names = {code: kind.name for code, kind in kinds.items()}
    return Candidate(key, row, suggested(_text(row), names))


def _text(row: Any) -> str:
    return f"{row.item.text} {row.note}" if isinstance(row, Answer) else row.letter.text


def _facts(row: Any, kind: ViolationKind) -> ViolationFacts:
    if isinstance(row, Answer):
        assert row.staff is not None  # noqa: S101  (a candidate names somebody)
        return ViolationFacts(
            staff=row.staff, kind=kind, day=row.inspection.date, unit=row.inspection.unit,
            source=Violation.Source.INSPECTION, inspection=row.inspection, answer=row,
        )  # fmt: skip
    return ViolationFacts(
        staff=row.staff, kind=kind, day=_day(row), unit=row.unit,
        source=Violation.Source.LETTER, letter=row.letter,
    )  # fmt: skip


def _day(row: Responsibility) -> date:
    """What a letter tells of happened by the day it came."""
    return timezone.localdate(row.letter.received_at)
