"""The scoring standards: versions that are frozen when published (S02, S26; R1, R2)."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from outlets.models import Unit


class Channel(models.TextChoices):
    """How an inspection is made."""

    OPEN = "OPEN", "明查"
    COVERT = "COVERT", "暗访"
    SPECIAL = "SPECIAL", "专项"
    SELF = "SELF", "自查"


class Checklist(models.Model):
    """A standard over all its versions."""

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    name = models.CharField("名称", max_length=80)

    class Meta:
        verbose_name = "检查标准"
        verbose_name_plural = "检查标准"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(name="checklist_name", fields=["branch", "name"])]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class ChecklistVersion(models.Model):
    """One edition of a standard. Once published nothing in it changes any more."""

    class Scoring(models.TextChoices):
        POINTS = "POINTS", "千分制"
        WEIGHTED = "WEIGHTED", "加权"

    checklist = models.ForeignKey(
        Checklist, models.PROTECT, related_name="versions", verbose_name="标准"
    )
    label = models.CharField("版本", max_length=20)
    scoring = models.CharField("计分", max_length=8, choices=Scoring.choices)
    effective_on = models.DateField("生效日期")
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "标准版本"
        verbose_name_plural = "标准版本"
        ordering = ["checklist", "-effective_on"]
        constraints = [
            models.UniqueConstraint(name="checklist_label", fields=["checklist", "label"])
        ]
        triggers = [
            pgtrigger.Protect(
                name="frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.checklist} {self.label}"

    @property
    def is_published(self) -> bool:
        """Frozen and usable for visits."""
        return self.published_at is not None


def _frozen_with(version: str) -> pgtrigger.Trigger:
    """Refuse any change below a published version; `version` is SQL for its id from a row."""
    check = (
        "IF EXISTS (SELECT 1 FROM inspections_checklistversion v WHERE v.id = ({}) "
        "AND v.published_at IS NOT NULL) THEN "
        "RAISE EXCEPTION '已发布的检查标准不可修改' USING ERRCODE = 'restrict_violation'; END IF;"
    )
    new, old = (check.format(version.replace("ROW", row)) for row in ("NEW", "OLD"))
    return pgtrigger.Trigger(
        name="frozen",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"IF TG_OP <> 'INSERT' THEN {old} END IF; IF TG_OP <> 'DELETE' THEN {new} END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;",
    )


class Section(models.Model):
    """A module of a checklist; its weight counts in WEIGHTED scoring only."""

    version = models.ForeignKey(
        ChecklistVersion, models.CASCADE, related_name="sections", verbose_name="版本"
    )
    position = models.PositiveSmallIntegerField("顺序")
    name = models.CharField("模块", max_length=60)
    weight = models.DecimalField("模块权重", max_digits=6, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = "模块"
        verbose_name_plural = "模块"
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(name="section_name", fields=["version", "name"]),
            models.CheckConstraint(
                name="section_weight_positive", condition=Q(weight=None) | Q(weight__gt=0)
            ),
        ]
        triggers = [_frozen_with("ROW.version_id")]

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """One thing to look at (R1). `parameters` is the mode's own text form, as in the file format."""

    class Mode(models.TextChoices):
        ALL_OR_NOTHING = "ALL_OR_NOTHING", "全扣"
        DEDUCT = "DEDUCT", "次扣"
        GRADED = "GRADED", "分档"
        MEASURED = "MEASURED", "实测"

    class Photo(models.TextChoices):
        NO = "NO", "否"
        ON_LOSS = "ON_LOSS", "扣分时"
        ALWAYS = "ALWAYS", "总是"

    class RedLine(models.TextChoices):
        NO = "NO", "否"
        SECTION = "SECTION", "模块"
        SHEET = "SHEET", "全卷"

    class Attribution(models.TextChoices):
        OUTLET = "OUTLET", "网点"
        STAFF = "STAFF", "员工"

    class Stage(models.TextChoices):
        """First-inquiry stages of 首问负责制 (S11)."""

        AT_ONCE = "AT_ONCE", "即办"
        TRANSFER = "TRANSFER", "转办"
        PROMISE = "PROMISE", "承诺办"

    version = models.ForeignKey(
        ChecklistVersion, models.CASCADE, related_name="items", verbose_name="版本"
    )
    section = models.ForeignKey(Section, models.CASCADE, related_name="items", verbose_name="模块")
    position = models.PositiveSmallIntegerField("顺序")
    code = models.CharField("编号", max_length=16)
    text = models.CharField("检查内容", max_length=300)
    points = models.DecimalField("分值", max_digits=6, decimal_places=2)
    mode = models.CharField("计分方式", max_length=14, choices=Mode.choices)
    parameters = models.CharField("参数", max_length=200, blank=True, default="")
    allows_na = models.BooleanField("允许不适用", default=False)
    photo = models.CharField("拍照", max_length=7, choices=Photo.choices, default=Photo.NO)
    red_line = models.CharField(
        "一票否决", max_length=7, choices=RedLine.choices, default=RedLine.NO
    )
    channels = ArrayField(
        models.CharField(max_length=7, choices=Channel.choices), verbose_name="渠道"
    )
    attribution = models.CharField(
        "归属", max_length=6, choices=Attribution.choices, default=Attribution.OUTLET
    )
    is_hot = models.BooleanField("热点", default=False)
    stage = models.CharField(
        "首问环节", max_length=8, choices=Stage.choices, blank=True, default=""
    )

    class Meta:
        verbose_name = "检查项目"
        verbose_name_plural = "检查项目"
        ordering = ["version", "section__position", "position"]
        constraints = [
            models.UniqueConstraint(name="item_code", fields=["version", "code"]),
            models.CheckConstraint(name="item_points_positive", condition=Q(points__gt=0)),
        ]
        triggers = [_frozen_with("ROW.version_id")]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"
