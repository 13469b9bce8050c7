"""The list of letters: search, filters, tabs by state, saved views."""

from datetime import date
from functools import partial
from typing import Any, Final, NamedTuple

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import SignedInRequest, allowed
from accounts.acting import tried
from accounts.roles import Capability
from complaints.forms.search import LetterSearchForm, SavedViewForm, names_a_customer, private_query
from complaints.models import Letter, SavedView
from complaints.selectors.listing import CAP, LetterList, letter_list
from complaints.selectors.search import NONE, LetterSought
from complaints.services.saved_views import saved_view_delete, saved_view_put
from outlets.models import Staff, Unit

_MAX_PAGE: Final = 4  # digits


@allowed(Capability.LETTERS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: SignedInRequest) -> HttpResponse:
    """The letters sought. What was typed is posted, so that no customer's number is in a URL."""
    if request.method == "POST" or names_a_customer(request.GET, request.user):
        asked = request.POST if request.method == "POST" else request.GET
        query = private_query(asked, request.user)
        return redirect(f"{reverse('complaints:letters')}?{query.urlencode()}")
    form = LetterSearchForm(request.GET, user=request.user)
    sought = form.sought()
    page = letter_list(request.user, sought, _page(request), timezone.localdate())
    return render(request, "complaints/letters.html", _context(request, form, sought, page))


def _page(request: SignedInRequest) -> int:
    page = request.GET.get("page", "1")
    return int(page) if page.isdecimal() and len(page) <= _MAX_PAGE else 1


def _context(
    request: SignedInRequest, form: LetterSearchForm, sought: LetterSought, page: LetterList
) -> dict[str, Any]:
    return {
        "form": form,
        "page": page,
        "sought": sought,
        "tabs": _tabs(sought, page),
        "chips": _chips(form, sought),
        "views": list(SavedView.objects.filter(user=request.user)),
        "view_form": SavedViewForm(),
        "today": timezone.localdate(),
        "older": _older(page),
        "doors": _doors(request),
    }


class Tab(NamedTuple):
    """A state to choose, and how many letters are in it where that is known."""

    state: str
    label: str
    letters: str
    is_chosen: bool


def _tabs(sought: LetterSought, page: LetterList) -> list[Tab]:
    tabs = [Tab("", "全部", "", not sought.state)]
    for state in Letter.State:
        count = page.states.get(state, 0) if page.states else None
        words = "" if count is None else f"{CAP:,}+" if count > CAP else f"{count:,}"
        tabs.append(Tab(state, str(state.label), words, sought.state == state))
    return tabs


class Chip(NamedTuple):
    """A condition that has no field in the bar, and the parameters that go with it."""

    label: str
    names: tuple[str, ...]


def _chips(form: LetterSearchForm, sought: LetterSought) -> list[Chip]:
    chips = [
        Chip(f"客户号码 {form.cleaned_data.get('shown') or '（已隐去）'}", ("number", "shown")),
        Chip(f"单位：{_unit(sought.unit)}", ("unit",)),
        Chip(f"当时所属机构：{_unit(sought.institution)}", ("institution",)),
        Chip(f"涉及员工：{_staff(sought.staff)}", ("staff",)),
        Chip("不含重复来信", ("repeats",)),
    ]
    return [chip for chip in chips if getattr(sought, chip.names[0])]


def _unit(value: str) -> str:
    if not value or value == NONE:
        return "无"
    unit = Unit.objects.filter(pk=int(value)).first()
    return unit.short_name if unit else "无"


def _staff(pk: int | None) -> str:
    person = Staff.objects.filter(pk=pk).first() if pk else None
    return person.name if person else "无"


def _older(page: LetterList) -> date | None:
    """Where to go on when there are more letters than pages: the day of the last one shown."""
    if not page.ends_early or not page.rows:
        return None
    return timezone.localdate(page.rows[-1].letter.received_at)


class Door(NamedTuple):
    """A page that belongs beside the list."""

    label: str
    icon: str
    url: str


_DOORS: Final = (
    ("complaints:triage", "分派", "user-check", Capability.LETTERS_TRIAGE),
    ("complaints:letters_export", "导出", "download", Capability.EXPORTS),
    ("complaints:import_letters", "导入", "file-import", Capability.LETTERS_TRIAGE),
    ("complaints:mails", "邮件", "mail", Capability.LETTERS_TRIAGE),
    ("complaints:subject", "个人信息查询", "user-search", Capability.LETTERS_SETTINGS),
    ("complaints:letter_create", "登记来信", "plus", Capability.LETTERS_TRIAGE),
)

_LEADING: Final = ("complaints:triage", "complaints:letter_create")
_KEEPS_THE_SEARCH: Final = ("complaints:letters_export",)


def _doors(request: SignedInRequest) -> dict[str, list[Door]]:
    """The pages beside the list that the user may open; the primary one last among the leading."""
    doors: dict[str, list[Door]] = {"leading": [], "others": []}
    for name, label, icon, capability in _DOORS:
        if not request.user.can(capability):
            continue
        kept = request.GET.urlencode() if name in _KEEPS_THE_SEARCH else ""
        url = f"{reverse(name)}?{kept}" if kept else reverse(name)
        doors["leading" if name in _LEADING else "others"].append(Door(label, icon, url))
    return doors


@allowed(Capability.LETTERS_READ)
@require_POST
def view_save(request: SignedInRequest) -> HttpResponse:
    """Keep the search of the page one comes from under a name; the same name again replaces it."""
    query = private_query(QueryDict(request.POST.get("query", "")), request.user)
    form = SavedViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["name"][0]))
    else:
        _keep(request, form.cleaned_data["name"], query)
    return redirect(f"{reverse('complaints:letters')}?{query.urlencode()}")


def _keep(request: SignedInRequest, name: str, query: QueryDict) -> None:
    kept = {key: str(query[key]) for key in query}
    act = partial(saved_view_put, user=request.user, name=name, query=kept)
    tried(request, act, f"已保存常用查询“{name}”")


@allowed(Capability.LETTERS_READ)
@require_POST
def view_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Forget one of the own views."""
    view = get_object_or_404(SavedView, pk=pk, user=request.user)
    saved_view_delete(view=view)
    messages.success(request, f"已删除常用查询“{view.name}”")
    return redirect("complaints:letters")
