"""How a letter is handled: what was found out, what the customer is told, who is responsible."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from complaints.models.letters import Attachment, Kind, Letter
from complaints.sealing import SealedTextField
from outlets.models import Staff, Unit


class LetterNote(models.Model):
    """Something written while a letter is handled; rows are only ever added."""

    class Kind(models.TextChoices):
        INVESTIGATION = "INVESTIGATION", "调查记录"
        STATEMENT = "STATEMENT", "网点说明"
        CALL_BACK = "CALL_BACK", "回访记录"
        REVIEW = "REVIEW", "核查意见"
        REMARK = "REMARK", "备注"

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="notes", verbose_name="来信")
    kind = models.CharField("种类", max_length=13, choices=Kind.choices)
    body = SealedTextField("内容")
    satisfied = models.BooleanField("客户满意", null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="记录人"
    )
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "办理记录"
        verbose_name_plural = "办理记录"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.get_kind_display()}"


@pghistory.track()
class ReplyTemplate(models.Model):
    """How replies of a branch begin; one for complaints names the remedies, or it is refused."""

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    name = models.CharField("名称", max_length=40)
    kind = models.CharField("用于", max_length=10, choices=Kind.choices)
    body = models.TextField("正文")
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "答复模板"
        verbose_name_plural = "答复模板"
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(name="reply_template_name", fields=["branch", "name"])
        ]

    def __str__(self) -> str:
        return self.name


class Reply(models.Model):
    """What the customer is told: drafted, perhaps revised, then sent once and never changed."""

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="replies", verbose_name="来信")
    body = SealedTextField("正文")
    means = models.CharField("答复方式", max_length=20, blank=True, default="")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="拟稿人"
    )
    sent_at = models.DateTimeField("答复时间", null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="答复人",
    )
    updated_at = models.DateTimeField("修改时间", auto_now=True)

    class Meta:
        verbose_name = "答复"
        verbose_name_plural = "答复"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="one_reply_draft", fields=["letter"], condition=Q(sent_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} 答复"


def _rewritten(*names: str) -> pgtrigger.Q:
    """Whether an update changes any of these columns."""
    changed = pgtrigger.Q()
    for name in names:
        changed |= pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")})
    return changed


# What a confirmed responsibility says; only how it ended and the objection come later.
_REWRITTEN = _rewritten(
    "letter", "finding", "unit", "staff", "state", "decided_on", "proposed_by", "confirmed_by"
)


@pghistory.track(exclude=["grounds", "opinion", "objection", "objection_answer"])
class Responsibility(models.Model):
    """Who answers for a letter (责任认定), or whether a praise is true: two people's signatures.

    What holds on a day is the one with `decided_on` up to then and not superseded by then; a later
    decision never rewrites an earlier row, it supersedes it. An import signs once: `confirmed_by`
    may then be nobody.
    """

    class Finding(models.TextChoices):
        BANK = "BANK", "有效投诉"
        CUSTOMER = "CUSTOMER", "客户责任"
        MIXED = "MIXED", "混合责任"
        VERIFIED = "VERIFIED", "表扬属实"
        UNFOUNDED = "UNFOUNDED", "表扬不实"

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", "待复核"
        CONFIRMED = "CONFIRMED", "已认定"
        REJECTED = "REJECTED", "复核不同意"

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    letter = models.ForeignKey(
        Letter, models.PROTECT, related_name="responsibilities", verbose_name="来信"
    )
    finding = models.CharField("认定", max_length=9, choices=Finding.choices)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", verbose_name="责任机构"
    )
    staff = models.ForeignKey(
        Staff,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="responsibilities",
        verbose_name="责任员工",
    )
    grounds = SealedTextField("依据")
    evidence_notes = models.ManyToManyField(
        LetterNote, related_name="+", verbose_name="作为证据的记录"
    )
    evidence_files = models.ManyToManyField(
        Attachment, related_name="+", verbose_name="作为证据的附件"
    )
    state = models.CharField("状态", max_length=9, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提出人"
    )
    proposed_at = models.DateTimeField("提出时间", auto_now_add=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="复核人",
    )
    opinion = SealedTextField("复核意见", blank=True, default="")
    decided_on = models.DateField("认定日期", null=True, blank=True)
    superseded_on = models.DateField("被取代日期", null=True, blank=True)
    objection = SealedTextField("机构异议", blank=True, default="")
    objected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="异议人",
    )
    objected_at = models.DateTimeField("异议时间", null=True, blank=True)
    objection_upheld = models.BooleanField("异议成立", null=True, blank=True)
    objection_answer = SealedTextField("异议答复", blank=True, default="")

    class Meta:
        verbose_name = "责任认定"
        verbose_name_plural = "责任认定"
        ordering = ["id"]
        indexes = [
            models.Index(
                name="responsibility_month",
                fields=["branch", "decided_on"],
                condition=Q(state="CONFIRMED"),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_responsibility_in_force",
                fields=["letter"],
                condition=Q(state="CONFIRMED", superseded_on=None),
            ),
            models.UniqueConstraint(
                name="one_responsibility_proposed", fields=["letter"], condition=Q(state="PROPOSED")
            ),
            models.CheckConstraint(
                name="responsibility_two_signatures",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="responsibility_confirmed_is_dated",
                condition=~Q(state="CONFIRMED") | Q(decided_on__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="confirmed_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="CONFIRMED") & _REWRITTEN,
            )
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.get_finding_display()}"
