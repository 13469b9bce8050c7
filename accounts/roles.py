"""The roles people sign in with, and what each may do: the one table of capabilities."""

from django.db import models


class Role(models.TextChoices):
    """One role per account. The first three are the 三员 of GB/T 22239-2019 level 3."""

    SYSTEM_ADMIN = "SYSTEM_ADMIN", "系统管理员"
    SECURITY_ADMIN = "SECURITY_ADMIN", "安全管理员"
    AUDITOR = "AUDITOR", "审计员"
    SERVICE_OFFICE = "SERVICE_OFFICE", "服务办"
    LEADERSHIP = "LEADERSHIP", "分行领导"
    INSTITUTION_HEAD = "INSTITUTION_HEAD", "支行行长"
    OUTLET_HEAD = "OUTLET_HEAD", "网点负责人"
    INSPECTOR = "INSPECTOR", "明查督导员"
    SHOPPER = "SHOPPER", "暗访人员"
    COORDINATOR = "COORDINATOR", "暗访协调人"
    TELLER = "TELLER", "柜员"
    DEPARTMENT = "DEPARTMENT", "部门"


class Capability(models.TextChoices):
    """What a page or an operation needs; which objects it then reaches is the selectors' matter."""

    USERS_MANAGE = "USERS_MANAGE", "管理账号"
    USERS_AUTHORISE = "USERS_AUTHORISE", "授权与解锁"
    AUDIT_READ = "AUDIT_READ", "查阅审计记录"
    UNITS_READ = "UNITS_READ", "查阅机构"
    UNITS_EDIT = "UNITS_EDIT", "维护机构与人员"
    STAFF_READ = "STAFF_READ", "查阅人员"
    CHECKLISTS_READ = "CHECKLISTS_READ", "查阅检查标准"
    CHECKLISTS_EDIT = "CHECKLISTS_EDIT", "编制检查标准"
    VISITS_PLAN = "VISITS_PLAN", "派发检查任务"
    COVERT_COORDINATE = "COVERT_COORDINATE", "调度暗访"
    VISITS_SCORE = "VISITS_SCORE", "现场打分"
    INSPECTIONS_READ = "INSPECTIONS_READ", "查阅检查结果"
    INSPECTIONS_RELEASE = "INSPECTIONS_RELEASE", "审核发布检查"
    LEAGUE_READ = "LEAGUE_READ", "查阅排名"
    MONTHS_CLOSE = "MONTHS_CLOSE", "汇总与封账"
    SCHEMES_EDIT = "SCHEMES_EDIT", "制定竞赛办法"
    BULLETINS_READ = "BULLETINS_READ", "下载简报"
    BULLETINS_ISSUE = "BULLETINS_ISSUE", "编发简报"
    EXPORTS = "EXPORTS", "导出数据"
    LETTERS_READ = "LETTERS_READ", "查阅来信"
    LETTERS_TRIAGE = "LETTERS_TRIAGE", "受理与分派来信"
    LETTERS_HANDLE = "LETTERS_HANDLE", "办理来信"
    LETTERS_CONFIRM = "LETTERS_CONFIRM", "复核责任认定与延期"
    LETTERS_SETTINGS = "LETTERS_SETTINGS", "维护来信规则与客户信息"
    RECORDS_READ = "RECORDS_READ", "查阅员工服务记录"
    RECORDS_EDIT = "RECORDS_EDIT", "登记员工服务记录"
    RECORDS_CONFIRM = "RECORDS_CONFIRM", "审批处罚与星级"


_BRANCH_READERS = {Role.SERVICE_OFFICE, Role.LEADERSHIP}
_LINE_READERS = _BRANCH_READERS | {Role.INSTITUTION_HEAD, Role.OUTLET_HEAD}
_SCORERS = {Role.INSPECTOR, Role.SHOPPER}
_OFFICE = {Role.SERVICE_OFFICE}

CAPABILITIES: dict[Capability, frozenset[Role]] = {
    Capability.USERS_MANAGE: frozenset({Role.SYSTEM_ADMIN}),
    Capability.USERS_AUTHORISE: frozenset({Role.SECURITY_ADMIN}),
    Capability.AUDIT_READ: frozenset({Role.AUDITOR}),
    Capability.UNITS_READ: frozenset(_LINE_READERS | {Role.INSPECTOR, Role.DEPARTMENT}),
    Capability.UNITS_EDIT: frozenset(_OFFICE),
    Capability.STAFF_READ: frozenset(_LINE_READERS | {Role.TELLER}),
    Capability.CHECKLISTS_READ: frozenset(_LINE_READERS | {Role.INSPECTOR, Role.TELLER}),
    Capability.CHECKLISTS_EDIT: frozenset(_OFFICE),
    Capability.VISITS_PLAN: frozenset(_OFFICE),
    Capability.COVERT_COORDINATE: frozenset(_OFFICE | {Role.COORDINATOR}),
    Capability.VISITS_SCORE: frozenset(_SCORERS),
    Capability.INSPECTIONS_READ: frozenset(
        _LINE_READERS | _SCORERS | {Role.COORDINATOR, Role.TELLER}
    ),
    Capability.INSPECTIONS_RELEASE: frozenset(_OFFICE),
    Capability.LEAGUE_READ: frozenset(_LINE_READERS),
    Capability.MONTHS_CLOSE: frozenset(_OFFICE),
    Capability.SCHEMES_EDIT: frozenset(_OFFICE),
    Capability.BULLETINS_READ: frozenset(_LINE_READERS | {Role.DEPARTMENT}),
    Capability.BULLETINS_ISSUE: frozenset(_OFFICE),
    Capability.EXPORTS: frozenset(_BRANCH_READERS),
    Capability.LETTERS_READ: frozenset(_LINE_READERS | {Role.DEPARTMENT}),
    Capability.LETTERS_TRIAGE: frozenset(_OFFICE),
    Capability.LETTERS_HANDLE: frozenset(
        _OFFICE | {Role.INSTITUTION_HEAD, Role.OUTLET_HEAD, Role.DEPARTMENT}
    ),
    Capability.LETTERS_CONFIRM: frozenset(_BRANCH_READERS),
    Capability.LETTERS_SETTINGS: frozenset(_OFFICE),
    Capability.RECORDS_READ: frozenset(_LINE_READERS | {Role.TELLER}),
    Capability.RECORDS_EDIT: frozenset(_OFFICE),
    Capability.RECORDS_CONFIRM: frozenset(_BRANCH_READERS),
}

# The three administrators run the system and see no business data; everybody else has a unit.
ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR)
