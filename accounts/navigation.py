"""The menu: what a role can open, in the order of its day."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Capability


@dataclass(frozen=True, slots=True)
class Entry:
    """One place in the menu; shown to roles with any of the capabilities (none: to everybody)."""

    label: str
    icon: str
    url_name: str
    capabilities: tuple[Capability, ...] = ()
    description: str = ""  # what it is good for, on the home page's tile
    also: tuple[str, ...] = ()  # names of pages that stand elsewhere and belong to it


MENU = (
    Entry("首页", "home", "home"),
    Entry(
        "我的检查", "clipboard-check", "inspections:today", (Capability.VISITS_SCORE,),
        "今天要去的网点，在手机上逐项打分、拍照、提交。",
    ),
    Entry(
        "排名", "trophy", "reports:league", (Capability.LEAGUE_READ,),
        "各机构、各网点的月度与赛季名次，点开看分数从哪里来。",
        also=("reports:score", "reports:institution"),
    ),
    Entry(
        "检查结果", "list-search", "inspections:inspections", (Capability.INSPECTIONS_READ,),
        "查阅每一次检查的逐项得分、照片和扣分原因。",
    ),
    Entry(
        "检查任务", "calendar-event", "inspections:visits", (Capability.VISITS_PLAN, Capability.COVERT_COORDINATE),
        "派发明查、暗访与专项检查，跟踪完成情况。",
    ),
    Entry(
        "简报", "news", "reports:bulletins", (Capability.BULLETINS_READ,),
        "编发、预览和下载每月《服务工作简报》。",
    ),
    Entry(
        "待办来信", "mail", "complaints:mine", (Capability.LETTERS_READ,),
        "等待您处理的来信，按期限先后排列；到期、逾期和待审批的都在这里。",
    ),
    Entry(
        "来信", "mailbox", "complaints:letters", (Capability.LETTERS_READ,),
        "95566 等渠道的来信：查找、办理、答复、认定责任。",
    ),
    Entry(
        "来信分拣", "inbox", "complaints:triage", (Capability.LETTERS_TRIAGE,),
        "给待分派的来信定类型、机构与原因，派给承办人。",
    ),
    Entry(
        "来信统计", "chart-bar", "reports:letters", (Capability.LEAGUE_READ,),
        "来信按类型、机构、业务、原因与责任的统计，同比、环比和投诉率。",
    ),
    Entry(
        "违规与处罚", "gavel", "tellers:violations", (Capability.RECORDS_READ,),
        "违规记录、处罚的提出与审批、申诉、统计和处罚通报。",
        also=("reports:circulars", "reports:circular", "reports:circular_issue"),
    ),
    Entry(
        "星级评定", "stars", "tellers:stars", (Capability.RECORDS_READ, Capability.UNITS_READ),
        "星级柜员的评定办法、名单、公示与异议，工号牌和津贴，服务标兵候选人。",
        also=("reports:badges", "tellers:pacesetters"),
    ),
    Entry(
        "服务档案", "address-book", "tellers:files", (Capability.RECORDS_READ,),
        "每名窗口员工的检查、来信、测试、培训、评价器、违规与星级，按时间排列。",
    ),
    Entry(
        "评价器", "device-tablet", "tellers:devices", (Capability.RECORDS_READ,),
        "星级柜员牌的使用率与满意度，谁没有使用，哪些数据异常。",
    ),
    Entry(
        "测试与培训", "school", "tellers:tests", (Capability.RECORDS_READ,),
        "业务知识问答、技能测试的成绩，培训及参加情况。",
    ),
    Entry(
        "月度封账", "lock", "reports:months", (Capability.MONTHS_CLOSE,),
        "汇总当月得分，核对无误后封账。",
    ),
    Entry(
        "检查标准", "checklist", "inspections:checklists", (Capability.CHECKLISTS_READ,),
        "现行与历次检查标准：模块、项目、分值和计分办法。",
    ),
    Entry(
        "竞赛办法", "scale", "reports:schemes", (Capability.LEAGUE_READ,),
        "评比由哪些部分组成，各占多少，怎样加减分。",
    ),
    Entry(
        "机构", "building-bank", "outlets:tree", (Capability.UNITS_READ,),
        "机构树、网点档案、窗口与组别。",
    ),
    Entry("人员", "users", "outlets:staff", (Capability.STAFF_READ,), "员工名册与历次任职。"),
    Entry(
        "工作日历", "calendar", "outlets:calendar", (Capability.UNITS_EDIT,),
        "节假日与调休，各类办理期限按它推算。",
    ),
    Entry(
        "账号", "user-cog", "accounts:users", (Capability.USERS_MANAGE, Capability.USERS_AUTHORISE),
        "开立、授权、停用账号，解锁与重置密码。",
    ),
    Entry(
        "审计", "history", "accounts:audit", (Capability.AUDIT_READ,),
        "谁在何时做了什么；校验记录链是否完整，导出备查。",
    ),
)  # fmt: skip


def navigation(request: HttpRequest) -> dict[str, list[dict[str, object]]]:
    """Template context: the entries this user may open, with the current one marked."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"navigation": []}
    home, here = reverse("home"), _here(request)
    entries = []
    for entry in MENU:
        if entry.capabilities and not any(user.can(one) for one in entry.capabilities):
            continue
        url = reverse(entry.url_name)
        active = url == here and (url != home or request.path == home)
        entries.append(
            {
                "label": entry.label,
                "icon": entry.icon,
                "url": url,
                "active": active,
                "description": entry.description,
            }
        )
    return {"navigation": entries}


def _here(request: HttpRequest) -> str:
    """The URL of the entry that the page asked for belongs to."""
    home, page = reverse("home"), getattr(request.resolver_match, "view_name", "")
    for entry in MENU:
        if page in entry.also:
            return reverse(entry.url_name)
    urls = [url for entry in MENU if (url := reverse(entry.url_name)) != home]
    return max((url for url in urls if request.path.startswith(url)), key=len, default=home)
