"""Letters: what 95566 and other ways in bring, their events, the numbers and files they carry (S12)."""

from typing import Final

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from complaints.sealing import SealedTextField
from outlets.models import Staff, Unit


class Channel(models.TextChoices):
    """The way a letter came in."""

    HOTLINE = "HOTLINE", "95566"
    VISIT = "VISIT", "来访"
    POST = "POST", "信函"
    PRESIDENT = "PRESIDENT", "行长信箱"
    REGULATOR = "REGULATOR", "监管转办"
    ONLINE = "ONLINE", "网络"


class Kind(models.TextChoices):
    """What a letter is."""

    INQUIRY = "INQUIRY", "协查"
    PRAISE = "PRAISE", "表扬"
    SUGGESTION = "SUGGESTION", "建议"
    COMPLAINT = "COMPLAINT", "投诉"


class Severity(models.TextChoices):
    """How grave a letter is."""

    NORMAL = "NORMAL", "一般"
    SERIOUS = "SERIOUS", "较重"
    GRAVE = "GRAVE", "重大"


# What the customer entrusted to the bank; the history never holds it, nor what is said about it:
# those rows stay when a letter's years are over.
SEALED: Final = ("body", "customer_name", "customer_phone", "customer_card", "customer_identity")


@pghistory.track(
    exclude=[*SEALED, "text", "outcome"],
    model_name="LetterHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history"),
)
class Letter(models.Model):
    """One letter (来信, 工单).

    `body` is what it says, sealed; `text` the same with everything that names the customer masked:
    pages, search and exports read `text` only. `kind` is what it counts as, `first_kind` what it
    came as; both are empty until it is triaged. `state`, `due_on`, `answered_on` and `is_late` are
    what the events say (`complaints.deadlines`), kept for lists and figures.
    """

    class State(models.TextChoices):
        RECEIVED = "RECEIVED", "待分派"
        ASSIGNED = "ASSIGNED", "办理中"
        ANSWERED = "ANSWERED", "已答复"
        CLOSED = "CLOSED", "已办结"
        WITHDRAWN = "WITHDRAWN", "已撤回"
        MERGED = "MERGED", "已并案"

    class Source(models.TextChoices):
        FORM = "FORM", "录入"
        FILE = "FILE", "导入"
        MAIL = "MAIL", "邮件"
        API = "API", "接口"

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    reference = models.CharField("工单号", max_length=40)
    channel = models.CharField("来源", max_length=9, choices=Channel.choices)
    source = models.CharField("入系统方式", max_length=4, choices=Source.choices)
    kind = models.CharField("类型", max_length=10, choices=Kind.choices, blank=True, default="")
    first_kind = models.CharField(
        "初始类型", max_length=10, choices=Kind.choices, blank=True, default=""
    )
    state = models.CharField("状态", max_length=9, choices=State.choices, default=State.RECEIVED)
    severity = models.CharField(
        "程度", max_length=7, choices=Severity.choices, default=Severity.NORMAL
    )
    received_at = models.DateTimeField("受理时间")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="letters", verbose_name="涉及机构"
    )
    unit_path = models.CharField("当时隶属", max_length=300, blank=True, default="")
    staff = models.ForeignKey(
        Staff,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="letters",
        verbose_name="涉及员工",
    )
    service_channel = models.CharField("业务办理渠道", max_length=8, blank=True, default="")
    business = models.CharField("业务类别", max_length=8, blank=True, default="")
    cause = models.CharField("原因", max_length=8, blank=True, default="")
    body = SealedTextField("原文")
    text = models.TextField("内容")
    customer_name = SealedTextField("客户姓名", blank=True, default="")
    customer_phone = SealedTextField("联系电话", blank=True, default="")
    customer_card = SealedTextField("卡号或账号", blank=True, default="")
    customer_identity = SealedTextField("证件号", blank=True, default="")
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="letters",
        verbose_name="承办人",
    )
    due_on = models.DateField("办理期限", null=True, blank=True)
    answered_on = models.DateField("答复日期", null=True, blank=True)
    is_late = models.BooleanField("逾期答复", default=False)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    outcome = models.TextField("处理结果", blank=True, default="")
    redacted_at = models.DateTimeField("脱敏归档时间", null=True, blank=True)
    created_at = models.DateTimeField("录入时间", auto_now_add=True)

    class Meta:
        verbose_name = "来信"
        verbose_name_plural = "来信"
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(name="letter_newest", fields=["branch", "-received_at", "-id"]),
            models.Index(name="letter_state", fields=["branch", "state", "due_on"]),
            models.Index(name="letter_due", fields=["branch", "due_on", "id"]),
            models.Index(name="letter_unit", fields=["unit", "received_at"]),
            models.Index(
                name="letter_answered", fields=["branch", "answered_on"], condition=Q(is_late=True)
            ),
        ]
        constraints = [
            models.UniqueConstraint(name="letter_reference", fields=["branch", "reference"]),
            models.CheckConstraint(
                name="letter_triaged_has_kind",
                condition=Q(state__in=["RECEIVED", "MERGED", "WITHDRAWN"]) | ~Q(kind=""),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in {self.State.RECEIVED, self.State.ASSIGNED}


class TriageLease(models.Model):
    """Who is sorting a letter just now, and until when: two never take the same one.

    Not part of the letter: coming and going of triagers is no history of it.
    """

    letter = models.OneToOneField(
        Letter, models.CASCADE, related_name="triage_lease", verbose_name="来信"
    )
    triager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="分拣人"
    )
    until = models.DateTimeField("占用至")

    class Meta:
        verbose_name = "分拣占用"
        verbose_name_plural = "分拣占用"

    def __str__(self) -> str:
        return f"{self.letter_id} {self.triager_id}"


class LetterNumber(models.Model):
    """A number a letter holds (in a field or its text) as a keyed digest, to find it again by."""

    class Kind(models.TextChoices):
        PHONE = "PHONE", "电话"
        CARD = "CARD", "卡号或账号"
        IDENTITY = "IDENTITY", "证件号"

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="numbers")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    digest = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = "号码索引"
        verbose_name_plural = "号码索引"
        constraints = [
            models.UniqueConstraint(name="letter_number_once", fields=["letter", "kind", "digest"])
        ]
        indexes = [models.Index(name="letter_number_lookup", fields=["digest"])]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.get_kind_display()}"


class LetterEvent(models.Model):
    """Something that happened to a letter: the clock is a function of these (`deadlines`).

    `at` is when it happened, `recorded_at` when it was written down. `detail` never holds anything
    of the customer's; long texts stand in `LetterNote` and `Reply`.
    """

    class Kind(models.TextChoices):
        RECEIVED = "RECEIVED", "收到"
        CLASSIFIED = "CLASSIFIED", "定类"
        ASSIGNED = "ASSIGNED", "分派"
        REASSIGNED = "REASSIGNED", "改派"
        RETURNED = "RETURNED", "退回分派"
        RECUSED = "RECUSED", "回避"
        EXTENSION_ASKED = "EXTENSION_ASKED", "申请延期"
        EXTENDED = "EXTENDED", "批准延期"
        EXTENSION_REFUSED = "EXTENSION_REFUSED", "不予延期"
        EXTENSION_NOTIFIED = "EXTENSION_NOTIFIED", "告知延期"
        APPRAISAL_STARTED = "APPRAISAL_STARTED", "开始鉴定"
        APPRAISAL_ENDED = "APPRAISAL_ENDED", "鉴定结束"
        NEW_FACTS = "NEW_FACTS", "提出新事实"
        REPEATED = "REPEATED", "重复来信并入"
        MERGED = "MERGED", "并入他案"
        ESCALATED = "ESCALATED", "转为投诉"
        WITHDRAWN = "WITHDRAWN", "撤回"
        ANSWERED = "ANSWERED", "告知处理决定"
        CLOSED = "CLOSED", "办结"
        REOPENED = "REOPENED", "重新办理"
        CALLED_BACK = "CALLED_BACK", "回访"
        REVIEW_ASKED = "REVIEW_ASKED", "申请核查"
        REVIEW_DECIDED = "REVIEW_DECIDED", "核查决定"
        JUDGED = "JUDGED", "责任认定"
        REVEALED = "REVEALED", "查看客户信息"
        REMINDED = "REMINDED", "催办"
        REDACTED = "REDACTED", "脱敏归档"

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    letter = models.ForeignKey(Letter, models.PROTECT, related_name="events", verbose_name="来信")
    kind = models.CharField("事件", max_length=18, choices=Kind.choices)
    at = models.DateTimeField("发生时间")
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="操作人"
    )
    detail = models.JSONField("内容", default=dict)

    class Meta:
        verbose_name = "来信事件"
        verbose_name_plural = "来信事件"
        ordering = ["at", "id"]
        indexes = [models.Index(name="letter_event_of", fields=["letter", "at"])]
        triggers = [
            pgtrigger.Protect(
                name="letter_events_stay", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.get_kind_display()}"


class LetterLink(models.Model):
    """Two letters that belong together: `letter` repeats, was merged into, or grew out of `other`."""

    class Kind(models.TextChoices):
        DUPLICATE = "DUPLICATE", "疑似重复"
        REPEAT = "REPEAT", "重复来信"
        MERGED = "MERGED", "并案"
        ESCALATED = "ESCALATED", "由协查转来"

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="links", verbose_name="来信")
    other = models.ForeignKey(
        Letter, models.PROTECT, related_name="linked", verbose_name="另一来信"
    )
    kind = models.CharField("关系", max_length=9, choices=Kind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="操作人"
    )
    created_at = models.DateTimeField("记录时间", auto_now_add=True)

    class Meta:
        verbose_name = "来信关联"
        verbose_name_plural = "来信关联"
        constraints = [
            models.UniqueConstraint(name="letter_link_once", fields=["letter", "other", "kind"]),
            models.CheckConstraint(
                name="letter_not_linked_to_itself", condition=~Q(letter=F("other"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.get_kind_display()} {self.other_id}"


class Attachment(models.Model):
    """A file that came with a letter or was added while it was handled; sealed on the disk too."""

    class Kind(models.TextChoices):
        RECEIVED = "RECEIVED", "来信附件"
        CCTV = "CCTV", "录像截取"
        SLIP = "SLIP", "业务凭证"
        OTHER = "OTHER", "其他"

    uuid = models.UUIDField(unique=True)
    letter = models.ForeignKey(
        Letter, models.PROTECT, related_name="attachments", verbose_name="来信"
    )
    kind = models.CharField("种类", max_length=8, choices=Kind.choices)
    name = SealedTextField("文件名")
    media_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField(max_length=64)
    file = models.CharField(max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="上传人"
    )
    created_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = "附件"
        verbose_name_plural = "附件"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="attachment_once", fields=["letter", "sha256"])]

    def __str__(self) -> str:
        return str(self.uuid)
