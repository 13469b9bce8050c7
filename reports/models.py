"""Schemes, seasons, months, their stored figures, corrections and bulletins (R3–R7)."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models

from accounts.models import Job
from outlets.models import Unit


@pghistory.track()
class SchemeVersion(models.Model):
    """The competition's rules from a month on; `rules` is `reports.monthly.SchemeRules` as JSON."""

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    label = models.CharField("版本", max_length=40)
    effective_from = models.DateField("自何月起")
    rules = models.JSONField("规则")
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "竞赛办法"
        verbose_name_plural = "竞赛办法"
        ordering = ["-effective_from"]
        constraints = [
            models.UniqueConstraint(name="scheme_label", fields=["branch", "label"]),
            models.UniqueConstraint(name="scheme_month", fields=["branch", "effective_from"]),
        ]
        triggers = [
            pgtrigger.Protect(
                name="frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.label


class Season(models.Model):
    """A competition over several months (S18)."""

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    name = models.CharField("名称", max_length=60)
    first_month = models.DateField("首月")
    last_month = models.DateField("末月")

    class Meta:
        verbose_name = "竞赛"
        verbose_name_plural = "竞赛"
        ordering = ["-first_month"]
        constraints = [
            models.UniqueConstraint(name="season_name", fields=["branch", "name"]),
            models.CheckConstraint(
                name="season_in_order", condition=models.Q(last_month__gte=models.F("first_month"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class MonthClose(models.Model):
    """The state of a branch's month (R7).

    `waiting` is how many facts differ from a closed month's figures, kept as facts change.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", "统计中"
        PROVISIONAL = "PROVISIONAL", "内部公示"
        CLOSED = "CLOSED", "已封账"

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    month = models.DateField("月份")
    state = models.CharField("状态", max_length=11, choices=State.choices, default=State.OPEN)
    scheme = models.ForeignKey(SchemeVersion, models.PROTECT, verbose_name="竞赛办法")
    rolled_up_at = models.DateTimeField("汇总时间", null=True, blank=True)
    closed_at = models.DateTimeField("封账时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    waiting = models.PositiveIntegerField("待更正", default=0)

    class Meta:
        verbose_name = "月份"
        verbose_name_plural = "月份"
        ordering = ["-month"]
        constraints = [models.UniqueConstraint(name="one_close", fields=["branch", "month"])]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.get_state_display()}"


class Correction(models.Model):
    """A numbered change to a closed month; its figures stand beside the old ones (R7)."""

    month_close = models.ForeignKey(
        MonthClose, models.PROTECT, related_name="corrections", verbose_name="月份"
    )
    number = models.PositiveSmallIntegerField("更正号")
    reason = models.CharField("更正原因", max_length=300)
    differences = models.JSONField("差异", default=list)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="签发人"
    )
    issued_at = models.DateTimeField("签发时间", auto_now_add=True)

    class Meta:
        verbose_name = "更正"
        verbose_name_plural = "更正"
        ordering = ["month_close", "number"]
        constraints = [
            models.UniqueConstraint(name="correction_number", fields=["month_close", "number"])
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.month_close.month:%Y-%m} 第{self.number}号更正"


class MonthlyScore(models.Model):
    """One stored row of a month's league table: a serving unit's, or an institution's.

    `lines`: a list of [rule, ids, text, value], every figure with what it is made of (R3, R5).
    `edition` 0 are the closed figures, n those of Correction n. Frozen rows never change.
    """

    class Kind(models.TextChoices):
        OUTLET = "OUTLET", "网点"
        INSTITUTION = "INSTITUTION", "机构"

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    month = models.DateField("月份")
    kind = models.CharField(max_length=11, choices=Kind.choices)
    edition = models.PositiveSmallIntegerField("版次", default=0)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="monthly_scores", verbose_name="机构"
    )
    unit_path = models.CharField("当时隶属", max_length=300)
    institution = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", verbose_name="所属机构"
    )
    peer_group = models.CharField("组别", max_length=20, blank=True, default="")
    windows = models.PositiveSmallIntegerField("窗口数")
    open = models.DecimalField("明查", max_digits=5, decimal_places=2, null=True)
    covert = models.DecimalField("暗访", max_digits=5, decimal_places=2, null=True)
    special = models.DecimalField("专项", max_digits=5, decimal_places=2, null=True)
    device = models.DecimalField("星级柜员牌", max_digits=5, decimal_places=2, null=True)
    quiz = models.DecimalField("业务知识", max_digits=5, decimal_places=2, null=True)
    base = models.DecimalField("基础分", max_digits=6, decimal_places=2, null=True)
    adjustment = models.DecimalField("加减分", max_digits=6, decimal_places=2, default=0)
    complaints = models.PositiveSmallIntegerField("有效投诉", default=0)
    total = models.DecimalField("总分", max_digits=6, decimal_places=2, null=True)
    rank = models.PositiveIntegerField("名次", null=True)
    group_rank = models.PositiveIntegerField("组内名次", null=True)
    previous_rank = models.PositiveIntegerField("上月名次", null=True)
    lines = models.JSONField("构成", default=list)
    frozen = models.BooleanField(default=False)

    class Meta:
        verbose_name = "月度成绩"
        verbose_name_plural = "月度成绩"
        ordering = ["branch", "month", "kind", "rank"]
        indexes = [models.Index(name="score_of_unit", fields=["unit", "kind", "month"])]
        constraints = [
            models.UniqueConstraint(
                name="one_score_a_month", fields=["branch", "month", "kind", "edition", "unit"]
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__frozen=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.month:%Y-%m} {self.total}"

    @property
    def change(self) -> int | None:
        """Places climbed since last month: last month's rank − this month's; None if unranked."""
        if self.rank is None or self.previous_rank is None:
            return None
        return self.previous_rank - self.rank


class Bulletin(models.Model):
    """A numbered 《服务工作简报》. `figures` is all it renders from; the same figures, the same bytes."""

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    month = models.DateField("月份")
    edition = models.PositiveSmallIntegerField("版次", default=0)
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("期号")
    issued_on = models.DateField("印发日期")
    figures = models.JSONField("数据")
    file = models.FileField("文件", upload_to="bulletins/%Y/", blank=True)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    pages = models.PositiveSmallIntegerField("页数", default=0)
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField("编发时间", auto_now_add=True)

    class Meta:
        verbose_name = "简报"
        verbose_name_plural = "简报"
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(name="bulletin_number", fields=["branch", "year", "number"]),
            models.UniqueConstraint(name="bulletin_month", fields=["branch", "month", "edition"]),
        ]

    def __str__(self) -> str:
        return f"{self.year}年第{self.number}期"


class Document(models.Model):
    """A PDF made of stored figures, of a kind other than the bulletin.

    `key` is what it is about, in its kind's own terms. Circulars alone have a number, of their year.
    """

    class Kind(models.TextChoices):
        CIRCULAR = "CIRCULAR", "处罚通报"
        BADGES = "BADGES", "星级工号牌"
        FILE = "FILE", "服务档案"

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    key = models.CharField("对象", max_length=120, blank=True, default="")
    title = models.CharField("标题", max_length=120)
    year = models.PositiveSmallIntegerField("年度", null=True, blank=True)
    number = models.PositiveSmallIntegerField("文号", null=True, blank=True)
    figures = models.JSONField("数据")
    file = models.FileField("文件", upload_to="documents/%Y/", blank=True)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    pages = models.PositiveSmallIntegerField("页数", default=0)
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="编制人"
    )
    created_at = models.DateTimeField("编制时间", auto_now_add=True)

    class Meta:
        verbose_name = "文件"
        verbose_name_plural = "文件"
        ordering = ["-id"]
        indexes = [models.Index(name="document_about", fields=["branch", "kind", "key"])]
        constraints = [
            models.UniqueConstraint(
                name="document_number", fields=["branch", "kind", "year", "number"]
            ),
            models.CheckConstraint(
                name="document_circulars_are_numbered",
                condition=models.Q(kind="CIRCULAR", year__isnull=False, number__isnull=False)
                | (~models.Q(kind="CIRCULAR") & models.Q(year=None, number=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.title
