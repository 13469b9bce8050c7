"""Discipline: violations by a catalogue, and what follows from them (S17)."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from complaints.models import Letter
from inspections.models import Answer, Inspection
from outlets.models import Staff, Unit
from tellers.stars import GRAVE, MINOR, SERIOUS, SEVERITY_LABELS


class Severity(models.TextChoices):
    """How grave a violation is."""

    MINOR = MINOR, SEVERITY_LABELS[MINOR]
    SERIOUS = SERIOUS, SEVERITY_LABELS[SERIOUS]
    GRAVE = GRAVE, SEVERITY_LABELS[GRAVE]


@pghistory.track()
class ViolationKind(models.Model):
    """One entry of a branch's catalogue of violations (违规事项)."""

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    code = models.CharField("编号", max_length=12)
    name = models.CharField("违规事项", max_length=80)
    severity = models.CharField("程度", max_length=7, choices=Severity.choices)
    basis = models.CharField("依据", max_length=120, blank=True, default="")
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "违规事项"
        verbose_name_plural = "违规事项"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(name="violation_kind_code", fields=["branch", "code"]),
            models.UniqueConstraint(name="violation_kind_name", fields=["branch", "name"]),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Violation(models.Model):
    """Somebody broke a rule on a day at a unit.

    `recorded_on` is the day that counts for the month's figures (R3), `day` the day it happened,
    which counts for the stars (R8). `severity` is the catalogue's at that time; `leader` who led
    service work at the unit then (主管领导). Taken back, it counts nowhere.
    """

    class Source(models.TextChoices):
        INSPECTION = "INSPECTION", "检查"
        LETTER = "LETTER", "来信"
        MANUAL = "MANUAL", "登记"

    class State(models.TextChoices):
        RECORDED = "RECORDED", "已记录"
        REVOKED = "REVOKED", "已撤销"

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="violations", verbose_name="员工")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="violations", verbose_name="机构")
    unit_path = models.CharField("当时隶属", max_length=300)
    kind = models.ForeignKey(ViolationKind, models.PROTECT, verbose_name="违规事项")
    severity = models.CharField("程度", max_length=7, choices=Severity.choices)
    day = models.DateField("日期")
    recorded_on = models.DateField("记录日期")
    source = models.CharField("来源", max_length=10, choices=Source.choices)
    inspection = models.ForeignKey(
        Inspection, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="检查"
    )
    answer = models.ForeignKey(
        Answer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="检查项目"
    )
    letter = models.ForeignKey(
        Letter,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="violations",
        verbose_name="来信",
    )
    leader = models.ForeignKey(
        Staff, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="主管领导"
    )
    note = models.CharField("说明", max_length=300, blank=True, default="")
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.RECORDED)
    revoked_on = models.DateField("撤销日期", null=True, blank=True)
    revoked_reason = models.CharField("撤销原因", max_length=200, blank=True, default="")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="记录人"
    )
    created_at = models.DateTimeField("记录时间", auto_now_add=True)

    class Meta:
        verbose_name = "违规记录"
        verbose_name_plural = "违规记录"
        ordering = ["-day", "-id"]
        indexes = [
            models.Index(name="violation_month", fields=["branch", "recorded_on"]),
            models.Index(name="violation_period", fields=["branch", "day"]),
            models.Index(name="violation_of_staff", fields=["staff", "day"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="violation_source_named",
                condition=Q(source="MANUAL")
                | Q(source="INSPECTION", inspection__isnull=False)
                | Q(source="LETTER", letter__isnull=False),
            ),
            models.CheckConstraint(
                name="violation_revoked_is_dated",
                condition=Q(state="RECORDED", revoked_on=None)
                | Q(state="REVOKED", revoked_on__isnull=False),
            ),
            models.CheckConstraint(
                name="violation_recorded_after", condition=Q(recorded_on__gte=F("day"))
            ),
            models.UniqueConstraint(
                name="one_violation_an_answer",
                fields=["answer", "kind", "staff"],
                condition=Q(answer__isnull=False, state="RECORDED"),
            ),
            models.UniqueConstraint(
                name="one_violation_a_letter",
                fields=["letter", "kind", "staff"],
                condition=Q(letter__isnull=False, state="RECORDED"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.day} {self.kind}"


@pghistory.track()
class Penalty(models.Model):
    """What follows from violations for somebody: proposed by one, approved by another, appealable.

    `ground` says in what quality the person is penalised; `amount` yuan, only where it is economic.
    The circular it was made known in is named by year and number; there is at most one.
    """

    class Kind(models.TextChoices):
        CRITICISM = "CRITICISM", "通报批评"
        ECONOMIC = "ECONOMIC", "经济处罚"
        NO_STAR = "NO_STAR", "取消星级评定资格"
        NO_PACESETTER = "NO_PACESETTER", "取消标兵评选资格"

    class Ground(models.TextChoices):
        OFFENDER = "OFFENDER", "违规员工"
        REPEAT = "REPEAT", "多次违规"
        LEADER = "LEADER", "主管领导责任"

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", "待审批"
        APPROVED = "APPROVED", "已批准"
        REFUSED = "REFUSED", "未批准"
        NOTIFIED = "NOTIFIED", "已告知"
        APPEALED = "APPEALED", "申诉中"
        UPHELD = "UPHELD", "申诉驳回"
        REVOKED = "REVOKED", "已撤销"

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="penalties", verbose_name="员工")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="机构")
    violations = models.ManyToManyField(
        Violation, related_name="penalties", verbose_name="所依据的违规"
    )
    kind = models.CharField("处罚", max_length=13, choices=Kind.choices)
    ground = models.CharField("事由", max_length=8, choices=Ground.choices)
    amount = models.DecimalField(
        "金额（元）", max_digits=9, decimal_places=2, null=True, blank=True
    )
    year = models.PositiveSmallIntegerField("取消资格的年度", null=True, blank=True)
    reason = models.CharField("理由", max_length=300)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提出人"
    )
    proposed_on = models.DateField("提出日期")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="审批人",
    )
    approved_on = models.DateField("审批日期", null=True, blank=True)
    notified_on = models.DateField("告知日期", null=True, blank=True)
    appeal = models.TextField("申诉", blank=True, default="")
    appealed_on = models.DateField("申诉日期", null=True, blank=True)
    decision = models.CharField("申诉决定", max_length=300, blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="申诉决定人",
    )
    decided_on = models.DateField("申诉决定日期", null=True, blank=True)
    circular_year = models.PositiveSmallIntegerField("通报年度", null=True, blank=True)
    circular_number = models.PositiveSmallIntegerField("通报文号", null=True, blank=True)

    class Meta:
        verbose_name = "处罚"
        verbose_name_plural = "处罚"
        ordering = ["-proposed_on", "-id"]
        indexes = [
            models.Index(name="penalty_of_branch", fields=["branch", "approved_on"]),
            models.Index(name="penalty_of_staff", fields=["staff", "approved_on"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="penalty_amount_only_economic",
                condition=Q(kind="ECONOMIC", amount__gt=0) | (~Q(kind="ECONOMIC") & Q(amount=None)),
            ),
            models.CheckConstraint(
                name="penalty_year_of_lost_right",
                condition=Q(kind__in=["NO_STAR", "NO_PACESETTER"], year__isnull=False)
                | (~Q(kind__in=["NO_STAR", "NO_PACESETTER"]) & Q(year=None)),
            ),
            models.CheckConstraint(
                name="penalty_two_signatures",
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="penalty_circular_is_numbered",
                condition=Q(circular_year=None, circular_number=None)
                | Q(circular_year__isnull=False, circular_number__isnull=False),
            ),
            models.CheckConstraint(
                name="penalty_approved_is_dated",
                condition=Q(state__in=["PROPOSED", "REFUSED"]) | Q(approved_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.get_kind_display()}"
