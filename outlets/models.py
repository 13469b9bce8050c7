"""Units with their effective-dated places in the tree, windows, staff, postings, working days."""

from typing import Any

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value


@pghistory.track()
class Unit(models.Model):
    """A node of the organisation as it stands today; `UnitMove` knows where it stood when."""

    class Kind(models.TextChoices):
        BRANCH = "BRANCH", "分行"
        INSTITUTION = "INSTITUTION", "机构"
        OUTLET = "OUTLET", "网点"
        DEPARTMENT = "DEPARTMENT", "部门"

    code = models.CharField("机构号", max_length=32, unique=True)
    name = models.CharField("机构名称", max_length=100)
    short_name = models.CharField("简称", max_length=40)
    kind = models.CharField("层级", max_length=12, choices=Kind.choices)
    branch = models.ForeignKey("self", models.PROTECT, related_name="+", verbose_name="所属分行")
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="上级机构",
    )
    path = models.CharField("路径", max_length=300, db_index=True)
    serves_customers = models.BooleanField("对外营业", default=False)
    windows = models.PositiveSmallIntegerField("窗口数", default=0)
    district = models.CharField("区县", max_length=40, blank=True, default="")
    address = models.CharField("地址", max_length=200, blank=True, default="")
    peer_group = models.CharField("组别", max_length=20, blank=True, default="")
    opened_on = models.DateField("开业日期", null=True, blank=True)
    closed_on = models.DateField("撤并日期", null=True, blank=True)

    class Meta:
        verbose_name = "机构"
        verbose_name_plural = "机构"
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                name="unit_branch_is_the_root",
                condition=Q(kind="BRANCH", parent=None)
                | (~Q(kind="BRANCH") & Q(parent__isnull=False)),
            ),
            models.CheckConstraint(
                name="unit_closes_after_opening",
                condition=Q(closed_on=None) | Q(opened_on=None) | Q(closed_on__gte=F("opened_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.short_name


@pghistory.track()
class UnitMove(models.Model):
    """From this day on the unit stands below this parent; its first row is its founding."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="moves", verbose_name="机构")
    parent = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", verbose_name="上级机构"
    )
    effective_on = models.DateField("生效日期")

    class Meta:
        verbose_name = "隶属关系"
        verbose_name_plural = "隶属关系"
        ordering = ["unit", "effective_on"]
        constraints = [
            models.UniqueConstraint(name="one_move_a_day", fields=["unit", "effective_on"])
        ]

    def __str__(self) -> str:
        return f"{self.unit} → {self.parent} {self.effective_on}"


class Window(models.Model):
    """A service window of a unit that serves customers."""

    class Zone(models.TextChoices):
        CASH = "CASH", "现金区"
        NON_CASH = "NON_CASH", "非现金区"
        WEALTH = "WEALTH", "个人理财区"
        CORPORATE = "CORPORATE", "对公区"

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="window_list", verbose_name="机构")
    number = models.PositiveSmallIntegerField("窗口号")
    zone = models.CharField("功能区", max_length=10, choices=Zone.choices, default=Zone.CASH)

    class Meta:
        verbose_name = "窗口"
        verbose_name_plural = "窗口"
        ordering = ["unit", "number"]
        constraints = [models.UniqueConstraint(name="window_number", fields=["unit", "number"])]

    def __str__(self) -> str:
        return f"{self.number}号窗口"


class Post(models.TextChoices):
    """What somebody does at a unit."""

    TELLER = "TELLER", "柜员"
    LOBBY_MANAGER = "LOBBY_MANAGER", "大堂经理"
    OUTLET_HEAD = "OUTLET_HEAD", "网点负责人"
    LEADER = "LEADER", "主管领导"
    WEALTH_MANAGER = "WEALTH_MANAGER", "理财经理"
    OTHER = "OTHER", "其他"


@pghistory.track()
class Staff(models.Model):
    """Somebody employed; where they work when is their postings."""

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="所属分行")
    number = models.CharField("员工号", max_length=20, unique=True)
    name = models.CharField("姓名", max_length=40)
    hired_on = models.DateField("入职日期", null=True, blank=True)
    left_on = models.DateField("离职日期", null=True, blank=True)

    class Meta:
        verbose_name = "员工"
        verbose_name_plural = "员工"
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.name}（{self.number}）"


class DateRange(Func):
    """daterange(from, to, '[]'); an open end is infinity."""

    function = "daterange"

    def __init__(self, start: str, end: str, **extra: Any) -> None:
        super().__init__(F(start), F(end), Value("[]"), **extra)


class SinglePoint(Func):
    """int8range(x, x, '[]'): lets a GiST exclusion compare an id without an extension."""

    function = "int8range"

    def __init__(self, name: str, **extra: Any) -> None:
        super().__init__(F(name), F(name), Value("[]"), **extra)


@pghistory.track()
class Posting(models.Model):
    """A person at a unit in a post, from a day to a day (inclusive; empty: still there)."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="postings", verbose_name="员工")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="postings", verbose_name="机构")
    post = models.CharField("岗位", max_length=16, choices=Post.choices)
    start = models.DateField("开始日期")
    end = models.DateField("结束日期", null=True, blank=True)

    class Meta:
        verbose_name = "任职"
        verbose_name_plural = "任职"
        ordering = ["staff", "start"]
        constraints = [
            models.CheckConstraint(
                name="posting_ends_after_start", condition=Q(end=None) | Q(end__gte=F("start"))
            ),
            ExclusionConstraint(
                name="one_posting_at_a_time",
                expressions=[
                    (SinglePoint("staff"), RangeOperators.OVERLAPS),
                    (DateRange("start", "end"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.unit} {self.start}"


class CalendarDay(models.Model):
    """A day that is not what its weekday says: a holiday, or a weekend worked instead (R10)."""

    date = models.DateField("日期", primary_key=True)
    is_working = models.BooleanField("上班")
    name = models.CharField("名称", max_length=40, blank=True, default="")

    class Meta:
        verbose_name = "日历"
        verbose_name_plural = "日历"
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"
