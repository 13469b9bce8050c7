"""Quizzes and skill tests: the register, entering those of a day, putting one right, files."""

from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Avg, Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import form_methods, posted
from accounts.roles import Capability
from accounts.services import audit_add
from outlets.downloads import file_response
from outlets.forms import accepted
from outlets.importing import kinds
from outlets.selectors import staff_at, units_visible_to
from outlets.views.imports import Door, import_page, template_response
from tellers.exports.quizzes import results_file
from tellers.forms.tests import (
    CorrectForm,
    RemoveForm,
    ScoresForm,
    TestFilterForm,
    TestPlaceForm,
)
from tellers.models import Quiz
from tellers.selectors.quizzes import NEWEST, quizzes_listed, quizzes_visible_to
from tellers.services.quizzes import quiz_correct, quiz_remove, quizzes_add
from tellers.services.refusals import RecordRefused

PAGE_SIZE = 50
MOST_ROWS = 100_000
DOOR: Final = Door(
    "quizzes", "tellers:quiz_import", "tellers:quiz_import_template", "tellers:tests", dated=False
)


@allowed(Capability.RECORDS_READ)
@require_safe
def tests(request: SignedInRequest) -> HttpResponse:
    """The results a user sees, filtered, page by page."""
    form = TestFilterForm(request.GET, units=units_visible_to(request.user))
    sought = form.sought(request.GET.get("sort", NEWEST))
    listed = quizzes_listed(request.user, sought)
    context = {
        "form": form,
        "page_obj": Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page")),
        "means": _means(listed),
        "sort": sought.sort,
        "may_edit": request.user.can(Capability.RECORDS_EDIT),
        "may_export": request.user.can(Capability.EXPORTS),
    }
    return render(request, "tellers/tests.html", context)


@allowed(Capability.EXPORTS)
@require_safe
def tests_export(request: SignedInRequest) -> HttpResponse:
    """The results of the list as a file."""
    form = TestFilterForm(request.GET, units=units_visible_to(request.user))
    listed = quizzes_listed(request.user, form.sought(request.GET.get("sort", NEWEST)))
    audit_add(event="quiz.export", actor=request.user, result=f"{listed.count()} 条")
    return file_response("测试成绩.xlsx", results_file(listed[:MOST_ROWS]))


def _means(listed: Any) -> list[tuple[str, int, Any]]:
    """How many results of each kind there are, and their mean."""
    rows = listed.order_by().values("kind").annotate(n=Count("pk"), mean=Avg("score"))
    found = {row["kind"]: (row["n"], row["mean"]) for row in rows}
    return [(kind.label, *found[kind]) for kind in Quiz.Kind if kind in found]


@allowed(Capability.RECORDS_EDIT)
@form_methods
def test_new(request: SignedInRequest) -> HttpResponse:
    """Enter a day's results of a unit: first where and when, then a score for each who was there."""
    units = units_visible_to(request.user)
    where = TestPlaceForm(request.GET or None, units=units, initial={"day": timezone.localdate()})
    if not where.is_valid():
        return render(request, "tellers/test_new.html", {"where": where})
    chosen = where.cleaned_data
    people = list(staff_at(chosen["unit"], chosen["day"]))
    form = ScoresForm(posted(request), people=people)
    done = accepted(
        form,
        lambda: quizzes_add(
            day=chosen["day"], kind=chosen["kind"], scores=form.scores(), actor=request.user
        ),
    )
    if done:
        messages.success(request, f"已登记 {done} 人的成绩。")
        return redirect("tellers:tests")
    context = {"where": where, "form": form, **chosen}
    return render(request, "tellers/test_new.html", context, status=422 if form.errors else 200)


@allowed(Capability.RECORDS_EDIT)
@form_methods
def test_correct(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put a score right, with a reason."""
    quiz = _quiz_or_404(request, pk)
    form = CorrectForm(posted(request), initial={"score": quiz.score})
    if form.is_valid():
        try:
            quiz_correct(quiz=quiz, actor=request.user, **form.cleaned_data)
        except RecordRefused as refused:
            form.add_error("score", str(refused))
        else:
            messages.success(request, "成绩已更正，当月得分随之更新。")
            return redirect("tellers:tests")
    context = {"quiz": quiz, "form": form, "remove": RemoveForm()}
    return render(request, "tellers/test_correct.html", context, status=422 if form.errors else 200)


@allowed(Capability.RECORDS_EDIT)
@require_POST
def test_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take out a result that should not be there, with a reason."""
    quiz = _quiz_or_404(request, pk)
    remove = RemoveForm(request.POST)
    if not remove.is_valid():
        context = {
            "quiz": quiz,
            "form": CorrectForm(initial={"score": quiz.score}),
            "remove": remove,
        }
        return render(request, "tellers/test_correct.html", context, status=422)
    quiz_remove(quiz=quiz, actor=request.user, **remove.cleaned_data)
    messages.success(request, "已删除这条成绩，当月得分随之更新。")
    return redirect("tellers:tests")


@allowed(Capability.RECORDS_EDIT)
@form_methods
def quiz_import(request: SignedInRequest) -> HttpResponse:
    """Upload and check a file; then, with the token of the check, take it over."""
    return import_page(request, DOOR)


@allowed(Capability.RECORDS_EDIT)
@require_safe
def quiz_import_template(request: SignedInRequest) -> HttpResponse:  # noqa: ARG001
    """The .xlsx to fill in."""
    return template_response(kinds()["quizzes"])


def _quiz_or_404(request: SignedInRequest, pk: int) -> Quiz:
    return get_object_or_404(quizzes_visible_to(request.user), pk=pk)
