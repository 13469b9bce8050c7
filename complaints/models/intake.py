"""How letters get in and what helps with them: mails, patterns, deadlines' rules, views, models."""

from decimal import Decimal

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from complaints.models.letters import Letter
from complaints.sealing import SealedTextField
from outlets.models import Unit


class Mail(models.Model):
    """A mail as it arrived, kept whole and sealed in a file; every mail is in one of the states.

    `origin` is a digest of where it lay (mailbox and number, or file), so that the same mail taken
    again is the row there is; `digest` is of what it says, so that its like is a duplicate of
    `original`. `reason` says why it is no letter, or what of it is missing in its letter; it never
    holds anything of the customer's.
    """

    class State(models.TextChoices):
        TAKEN = "TAKEN", "已成来信"
        SET_ASIDE = "SET_ASIDE", "待人工处理"
        DUPLICATE = "DUPLICATE", "重复邮件"
        IGNORED = "IGNORED", "自动邮件"

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    origin = models.CharField("出处", max_length=64)
    digest = models.CharField("内容指纹", max_length=64)
    message_id = models.CharField("邮件号", max_length=250, blank=True, default="")
    subject = SealedTextField("主题", blank=True, default="")
    sender = SealedTextField("发件人", blank=True, default="")
    file = models.CharField(max_length=200)
    size = models.PositiveIntegerField("字节数")
    state = models.CharField("状态", max_length=9, choices=State.choices)
    reason = models.CharField("原因", max_length=200, blank=True, default="")
    letter = models.ForeignKey(
        Letter, models.PROTECT, null=True, blank=True, related_name="mails", verbose_name="来信"
    )
    original = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="相同的邮件"
    )
    received_at = models.DateTimeField("收到时间", auto_now_add=True)
    handled_at = models.DateTimeField("处理时间", null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="处理人",
    )

    class Meta:
        verbose_name = "邮件"
        verbose_name_plural = "邮件"
        ordering = ["-id"]
        indexes = [
            models.Index(name="mail_state", fields=["branch", "state", "-id"]),
            models.Index(name="mail_message_id", fields=["branch", "message_id"]),
            models.Index(name="mail_digest", fields=["branch", "digest"]),
        ]
        constraints = [
            models.UniqueConstraint(name="mail_once", fields=["branch", "origin"]),
            models.CheckConstraint(
                name="mail_taken_is_a_letter",
                condition=Q(state="TAKEN", letter__isnull=False)
                | (~Q(state="TAKEN") & Q(letter=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.digest[:12]} {self.get_state_display()}"


@pghistory.track()
class ExtractionPattern(models.Model):
    """A regular expression that finds one field in a letter's text; its first group is the value."""

    class Field(models.TextChoices):
        REFERENCE = "reference", "工单号"
        UNIT = "unit", "网点"
        TIME = "time", "时间"
        NAME = "name", "客户"
        PHONE = "phone", "电话"
        BUSINESS = "business", "业务"

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    field = models.CharField("字段", max_length=9, choices=Field.choices)
    position = models.PositiveSmallIntegerField("次序")
    pattern = models.CharField("模式", max_length=300)

    class Meta:
        verbose_name = "提取模式"
        verbose_name_plural = "提取模式"
        ordering = ["field", "position", "id"]

    def __str__(self) -> str:
        return f"{self.get_field_display()} {self.pattern}"


@pghistory.track()
class ClockVersion(models.Model):
    """Deadline rules of a branch from a day on, as `complaints.deadlines.ClockRules` in JSON."""

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    label = models.CharField("名称", max_length=60)
    effective_on = models.DateField("生效日期")
    rules = models.JSONField("规则")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="制定人"
    )
    created_at = models.DateTimeField("制定时间", auto_now_add=True)

    class Meta:
        verbose_name = "办理期限规则"
        verbose_name_plural = "办理期限规则"
        ordering = ["-effective_on"]
        constraints = [
            models.UniqueConstraint(name="one_clock_a_day", fields=["branch", "effective_on"])
        ]
        triggers = [
            pgtrigger.Protect(
                name="clock_versions_stay", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return self.label


class SavedView(models.Model):
    """A search of the letter list that somebody keeps."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="letter_views", verbose_name="用户"
    )
    name = models.CharField("名称", max_length=30)
    query = models.JSONField("条件")

    class Meta:
        verbose_name = "常用查询"
        verbose_name_plural = "常用查询"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(name="saved_view_name", fields=["user", "name"])]

    def __str__(self) -> str:
        return self.name


class SuggestionModel(models.Model):
    """A model trained on a branch's decided letters, with how well it and the patterns did.

    `weights` is an .npz without pickles, empty once a later model took its place. It suggests only
    while `accuracy` beats `baseline`; both were measured on the same letters, later than those it
    learned from.
    """

    class Target(models.TextChoices):
        KIND = "KIND", "类型"
        UNIT = "UNIT", "机构"
        CAUSE = "CAUSE", "原因"

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    target = models.CharField("建议", max_length=5, choices=Target.choices)
    trained_at = models.DateTimeField("训练时间", auto_now_add=True)
    letters = models.PositiveIntegerField("训练用信数")
    held_out = models.PositiveIntegerField("检验用信数")
    accuracy = models.DecimalField("模型准确率", max_digits=5, decimal_places=4)
    baseline = models.DecimalField("模式准确率", max_digits=5, decimal_places=4)
    weights = models.BinaryField()

    class Meta:
        verbose_name = "建议模型"
        verbose_name_plural = "建议模型"
        ordering = ["-id"]
        indexes = [models.Index(name="model_latest", fields=["branch", "target", "-id"])]

    def __str__(self) -> str:
        return f"{self.get_target_display()} {self.accuracy}"

    @property
    def is_on(self) -> bool:
        """Whether it suggests: only while it did better than the patterns on letters unknown to it."""
        return self.accuracy > self.baseline

    @property
    def accuracy_percent(self) -> Decimal:
        """The model's accuracy in percent."""
        return 100 * self.accuracy

    @property
    def baseline_percent(self) -> Decimal:
        """The patterns' accuracy in percent."""
        return 100 * self.baseline
