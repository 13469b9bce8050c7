"""One sign-in per role for the demonstration branch."""

from dataclasses import dataclass

from accounts.roles import Role

PASSWORD = "Mingcha-2011"  # noqa: S105  (a demonstration's; printed for everybody)


@dataclass(frozen=True, slots=True)
class Account:
    """A demonstration account; `unit` is a unit code, `post` the post of the staff it stands for."""

    username: str
    role: Role
    name: str
    unit: str | None = None
    post: str = ""


ACCOUNTS = (
    Account("xitong", Role.SYSTEM_ADMIN, "系统管理员（演示）"),
    Account("anquan", Role.SECURITY_ADMIN, "安全管理员（演示）"),
    Account("shenji", Role.AUDITOR, "审计员（演示）"),
    Account("fuwuban", Role.SERVICE_OFFICE, "服务办（演示）", "2101"),
    Account("fuwuban2", Role.SERVICE_OFFICE, "服务办二（演示）", "2101"),
    Account("fenhang", Role.LEADERSHIP, "分行领导（演示）", "2101"),
    Account("zhihang", Role.INSTITUTION_HEAD, "海城支行行长（演示）", "210102", "主管领导"),
    Account("wangdian", Role.OUTLET_HEAD, "西柳支行负责人（演示）", "21010203", "网点负责人"),
    Account("mingcha", Role.INSPECTOR, "督导员一（演示）", "2101"),
    Account("mingcha2", Role.INSPECTOR, "督导员二（演示）", "2101"),
    Account("mingcha3", Role.INSPECTOR, "督导员三（演示）", "2101"),
    Account("anfang", Role.SHOPPER, "暗访员一（演示）", "2101"),
    Account("anfang2", Role.SHOPPER, "暗访员二（演示）", "2101"),
    Account("xietiao", Role.COORDINATOR, "暗访协调人（演示）", "2101"),
    Account("guiyuan", Role.TELLER, "柜员（演示）", "21010203", "柜员"),
    Account("bumen", Role.DEPARTMENT, "个人金融部（演示）", "210190"),
)
