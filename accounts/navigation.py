"""The menu: what a role can open, in the order of its day."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Capability as C


@dataclass(frozen=True, slots=True)
class Entry:
    """One place in the menu; shown to roles with any of the capabilities (none: to everybody)."""

    label: str
    icon: str
    url_name: str
    capabilities: tuple[C, ...] = ()


MENU = (
    Entry("首页", "home", "home"),
    Entry("我的检查", "clipboard-check", "inspections:today", (C.VISITS_SCORE,)),
    Entry("排名", "trophy", "reports:league", (C.LEAGUE_READ,)),
    Entry("检查结果", "list-search", "inspections:inspections", (C.INSPECTIONS_READ,)),
    Entry("检查任务", "calendar-event", "inspections:visits", (C.VISITS_PLAN, C.COVERT_COORDINATE)),
    Entry("简报", "news", "reports:bulletins", (C.BULLETINS_READ,)),
    Entry("月度封账", "lock", "reports:months", (C.MONTHS_CLOSE,)),
    Entry("检查标准", "checklist", "inspections:checklists", (C.CHECKLISTS_READ,)),
    Entry("竞赛办法", "scale", "reports:schemes", (C.LEAGUE_READ,)),
    Entry("机构", "building-bank", "outlets:tree", (C.UNITS_READ,)),
    Entry("人员", "users", "outlets:staff", (C.STAFF_READ,)),
    Entry("账号", "user-cog", "accounts:users", (C.USERS_MANAGE, C.USERS_AUTHORISE)),
    Entry("审计", "history", "accounts:audit", (C.AUDIT_READ,)),
)


def navigation(request: HttpRequest) -> dict[str, list[dict[str, object]]]:
    """Template context: the entries this user may open, with the current one marked."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"navigation": []}
    home = reverse("home")
    entries = []
    for entry in MENU:
        if entry.capabilities and not any(user.can(one) for one in entry.capabilities):
            continue
        url = reverse(entry.url_name)
        active = request.path == url or (url != home and request.path.startswith(url))
        entries.append({"label": entry.label, "icon": entry.icon, "url": url, "active": active})
    return {"navigation": entries}
