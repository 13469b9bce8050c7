"""What was found: one inspection, one answer an item, the photos (R1, R2)."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from inspections.models.checklists import Channel, ChecklistVersion, Item
from inspections.models.visits import Visit, Wave
from outlets.models import Staff, Unit


class Method(models.TextChoices):
    """How it was found out (S05)."""

    CCTV = "CCTV", "调看录像"
    MACHINES = "MACHINES", "测试机具"
    CUSTOMERS = "CUSTOMERS", "随访客户"
    EMPLOYEES = "EMPLOYEES", "随访员工"
    GUIDANCE = "GUIDANCE", "现场指导"
    TELEPHONE = "TELEPHONE", "电话"


@pghistory.track()
class Inspection(models.Model):
    """One visit's result. Score and section totals are stored when it is submitted.

    `uuid` is made by the client: sending the same again changes nothing. `content_hash` tells a
    repeat from a conflict. `sections`: [{"id", "name", "possible", "earned", "zeroed_by"}].
    """

    class State(models.TextChoices):
        SUBMITTED = "SUBMITTED", "待审核"
        RETURNED = "RETURNED", "已退回"
        RELEASED = "RELEASED", "已发布"

    uuid = models.UUIDField(unique=True)
    number = models.CharField("检查编号", max_length=40)
    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="inspections", verbose_name="受检机构"
    )
    unit_path = models.CharField("当时隶属", max_length=300)
    channel = models.CharField("渠道", max_length=7, choices=Channel.choices)
    version = models.ForeignKey(
        ChecklistVersion, models.PROTECT, related_name="inspections", verbose_name="检查标准"
    )
    visit = models.ForeignKey(
        Visit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="inspections",
        verbose_name="任务",
    )
    wave = models.ForeignKey(Wave, models.PROTECT, null=True, blank=True, verbose_name="批次")
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="inspections",
        verbose_name="检查人",
    )
    inspector_name = models.CharField("检查人姓名", max_length=64)
    date = models.DateField("检查日期")
    methods = ArrayField(
        models.CharField(max_length=10, choices=Method.choices), default=list, verbose_name="方法"
    )
    note = models.TextField("总体评价", blank=True, default="")
    state = models.CharField("状态", max_length=9, choices=State.choices, default=State.SUBMITTED)
    score = models.DecimalField("得分", max_digits=5, decimal_places=2, null=True)
    possible = models.DecimalField("应得", max_digits=12, decimal_places=6)
    earned = models.DecimalField("实得", max_digits=12, decimal_places=6)
    sections = models.JSONField("模块小计", default=list)
    content_hash = models.CharField(max_length=64)
    submitted_at = models.DateTimeField("提交时间", auto_now_add=True)
    released_at = models.DateTimeField("发布时间", null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    returned_reason = models.CharField("退回原因", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "检查"
        verbose_name_plural = "检查"
        ordering = ["-date", "-id"]
        indexes = [
            models.Index(
                name="inspection_month",
                fields=["branch", "date", "unit"],
                include=["id", "channel", "score"],
                condition=Q(state="RELEASED"),
            ),
            models.Index(name="inspection_unit", fields=["unit", "date"]),
        ]
        constraints = [
            models.UniqueConstraint(name="inspection_number", fields=["branch", "number"]),
            models.UniqueConstraint(
                name="one_live_inspection_a_visit",
                fields=["visit"],
                condition=~Q(state="RETURNED"),
            ),
            models.CheckConstraint(
                name="inspection_score_range",
                condition=Q(score=None) | Q(score__gte=0, score__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return self.number


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Answer(models.Model):
    """The answer to one item, in the canonical text form of `inspections.scoring`."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="answers")
    item = models.ForeignKey(Item, models.PROTECT, related_name="answers")
    value = models.CharField("结果", max_length=32)
    possible = models.DecimalField("应得", max_digits=12, decimal_places=6)
    earned = models.DecimalField("实得", max_digits=12, decimal_places=6)
    staff = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="answers")
    note = models.CharField("备注", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "答案"
        verbose_name_plural = "答案"
        constraints = [
            models.UniqueConstraint(name="one_answer_an_item", fields=["inspection", "item"]),
            models.CheckConstraint(
                name="answer_earned_within",
                condition=Q(earned__gte=0, earned__lte=models.F("possible")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}={self.value}"


class Evidence(models.Model):
    """A photo of an item. `sha256` is of the bytes as the client sent them; the kept file is

    re-encoded without metadata and named at random.
    """

    uuid = models.UUIDField(unique=True)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="evidence")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    inspection = models.ForeignKey(
        Inspection, models.PROTECT, null=True, blank=True, related_name="evidence"
    )
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="evidence/%Y/%m/")
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "照片"
        verbose_name_plural = "照片"
        constraints = [
            models.UniqueConstraint(
                name="one_photo_once",
                fields=["visit", "item", "sha256", "inspection"],
                condition=Q(removed_at=None),
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return str(self.uuid)
