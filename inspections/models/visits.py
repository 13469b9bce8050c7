"""Planned visits, the waves covert results come out in, and drafts kept while scoring."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from inspections.models.checklists import Channel, ChecklistVersion
from outlets.models import Unit


class Wave(models.Model):
    """The covert visits of a month, released together so that no single one can be told."""

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    month = models.DateField("月份")
    channel = models.CharField("渠道", max_length=7, choices=Channel.choices)
    released_at = models.DateTimeField("发布时间", null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "批次"
        verbose_name_plural = "批次"
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(name="one_wave_a_month", fields=["branch", "month", "channel"])
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.get_channel_display()}"


@pghistory.track()
class Visit(models.Model):
    """An assignment: this inspector goes to this unit between these days with this standard."""

    class State(models.TextChoices):
        PLANNED = "PLANNED", "待检查"
        SUBMITTED = "SUBMITTED", "已提交"
        RETURNED = "RETURNED", "退回补正"
        RELEASED = "RELEASED", "已发布"
        CANCELLED = "CANCELLED", "已取消"

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="visits", verbose_name="受检机构")
    channel = models.CharField("渠道", max_length=7, choices=Channel.choices)
    version = models.ForeignKey(
        ChecklistVersion, models.PROTECT, related_name="+", verbose_name="检查标准"
    )
    wave = models.ForeignKey(Wave, models.PROTECT, null=True, blank=True, verbose_name="批次")
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="visits",
        verbose_name="检查人",
    )
    not_before = models.DateField("最早日期")
    not_after = models.DateField("最迟日期")
    state = models.CharField("状态", max_length=9, choices=State.choices, default=State.PLANNED)
    note = models.CharField("提示", max_length=200, blank=True, default="")
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="派发人"
    )
    created_at = models.DateTimeField("派发时间", auto_now_add=True)

    class Meta:
        verbose_name = "检查任务"
        verbose_name_plural = "检查任务"
        ordering = ["not_before", "unit"]
        indexes = [
            models.Index(name="visit_of_inspector", fields=["inspector", "state", "not_before"]),
            models.Index(name="visit_of_branch", fields=["branch", "not_before"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="visit_window_in_order", condition=Q(not_after__gte=F("not_before"))
            ),
            models.CheckConstraint(
                name="visit_covert_has_wave",
                condition=(Q(channel=Channel.COVERT) & Q(wave__isnull=False))
                | (~Q(channel=Channel.COVERT) & Q(wave=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_channel_display()} {self.not_before}"


class Draft(models.Model):
    """What has been typed so far for a visit, kept on the server as it is typed.

    `answers` maps item id -> {"value", "note", "staff"}; `header` holds date, methods and note.
    """

    visit = models.OneToOneField(Visit, models.CASCADE, related_name="draft")
    uuid = models.UUIDField(help_text="The UUID the inspection will be submitted under.")
    answers = models.JSONField(default=dict)
    header = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "草稿"
        verbose_name_plural = "草稿"

    def __str__(self) -> str:
        return f"{self.visit} 草稿"
