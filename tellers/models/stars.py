"""Star ratings: schemes as versions, periods, a rating a teller, objections (S16, R8)."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from outlets.models import Post, Staff, Unit


@pghistory.track()
class StarScheme(models.Model):
    """One version of a branch's rules for stars, as `tellers.stars.StarRules` in JSON.

    Frozen once published: a trigger refuses every change.
    """

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    label = models.CharField("名称", max_length=60)
    rules = models.JSONField("规则")
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="发布人",
    )
    created_at = models.DateTimeField("起草时间", auto_now_add=True)

    class Meta:
        verbose_name = "星级评定办法"
        verbose_name_plural = "星级评定办法"
        ordering = ["-published_at", "-id"]
        constraints = [
            models.UniqueConstraint(name="star_scheme_label", fields=["branch", "label"])
        ]
        triggers = [
            pgtrigger.Protect(
                name="star_scheme_frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.label


@pghistory.track()
class StarPeriod(models.Model):
    """A rating period of a branch (`2011`, `2011Q4`): computed, adjusted, shown for objection, final."""

    class State(models.TextChoices):
        OPEN = "OPEN", "未评定"
        COMPUTED = "COMPUTED", "已测算"
        PUBLIC = "PUBLIC", "公示中"
        FINAL = "FINAL", "已生效"

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    label = models.CharField("周期", max_length=8)
    first_day = models.DateField("开始日期")
    last_day = models.DateField("结束日期")
    scheme = models.ForeignKey(StarScheme, models.PROTECT, verbose_name="星级评定办法")
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.OPEN)
    computed_at = models.DateTimeField("测算时间", null=True, blank=True)
    public_on = models.DateField("公示日期", null=True, blank=True)
    objections_until = models.DateField("异议截止", null=True, blank=True)
    final_on = models.DateField("生效日期", null=True, blank=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    class Meta:
        verbose_name = "评定周期"
        verbose_name_plural = "评定周期"
        ordering = ["-last_day", "-id"]
        constraints = [
            models.UniqueConstraint(name="one_star_period", fields=["branch", "label"]),
            models.CheckConstraint(
                name="star_period_days_in_order", condition=Q(last_day__gt=F("first_day"))
            ),
        ]

    def __str__(self) -> str:
        return self.label


class StarRating(models.Model):
    """One teller in one period: five dimensions, total, star, and how they came about (R8).

    `computed_star` is by cut-points and quotas, `star` after the committee and objections. `lines`
    are [rule, operand ids, arithmetic, value]. `token` opens the public verification page.
    """

    class Status(models.TextChoices):
        RATED = "RATED", "已评定"
        DISQUALIFIED = "DISQUALIFIED", "不予评定"
        INSUFFICIENT = "INSUFFICIENT", "数据不足"

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    period = models.ForeignKey(
        StarPeriod, models.PROTECT, related_name="ratings", verbose_name="周期"
    )
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="ratings", verbose_name="员工")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="机构")
    unit_path = models.CharField("当时隶属", max_length=300)
    post = models.CharField("岗位", max_length=16, choices=Post.choices)
    skill = models.DecimalField("服务技能", max_digits=5, decimal_places=2, null=True)
    quality = models.DecimalField("服务质量", max_digits=5, decimal_places=2, null=True)
    efficiency = models.DecimalField("服务效率", max_digits=5, decimal_places=2, null=True)
    standards = models.DecimalField("服务规范", max_digits=5, decimal_places=2, null=True)
    discipline = models.DecimalField("服务纪律", max_digits=5, decimal_places=2, null=True)
    total = models.DecimalField("总分", max_digits=5, decimal_places=2, null=True)
    status = models.CharField("状态", max_length=12, choices=Status.choices)
    computed_star = models.PositiveSmallIntegerField("测算星级", default=0)
    star = models.PositiveSmallIntegerField("星级", default=0)
    reason = models.CharField("原因", max_length=300, blank=True, default="")
    lines = models.JSONField("算式", default=list)
    token = models.CharField(max_length=22, null=True, unique=True)

    class Meta:
        verbose_name = "星级评定"
        verbose_name_plural = "星级评定"
        ordering = ["period", "-total"]
        indexes = [models.Index(name="star_rating_list", fields=["period", "status", "-total"])]
        constraints = [
            models.UniqueConstraint(name="one_star_rating", fields=["period", "staff"]),
            models.CheckConstraint(
                name="star_range", condition=Q(star__lte=5, computed_star__lte=5)
            ),
            models.CheckConstraint(
                name="star_only_of_the_rated", condition=Q(status="RATED") | Q(star=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.star}"


@pghistory.track()
class StarAdjustment(models.Model):
    """The committee moves a star by one step, with grounds and two signatures."""

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", "待复核"
        CONFIRMED = "CONFIRMED", "已调整"
        REJECTED = "REJECTED", "不同意"

    rating = models.ForeignKey(
        StarRating, models.PROTECT, related_name="adjustments", verbose_name="评定"
    )
    step = models.SmallIntegerField("调整")
    grounds = models.CharField("依据", max_length=300)
    state = models.CharField("状态", max_length=9, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="复核人",
    )
    created_at = models.DateTimeField("提出时间", auto_now_add=True)

    class Meta:
        verbose_name = "星级调整"
        verbose_name_plural = "星级调整"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="star_adjusted_by_one", condition=Q(step__in=[-1, 1])),
            models.CheckConstraint(
                name="star_adjustment_two_signatures",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
            ),
            models.UniqueConstraint(
                name="one_star_adjustment", fields=["rating"], condition=~Q(state="REJECTED")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating_id} {self.step:+}"


@pghistory.track()
class Objection(models.Model):
    """A teller disputes the own rating while it is shown; the office decides, and says why."""

    class Decision(models.TextChoices):
        PENDING = "PENDING", "待处理"
        UPHELD = "UPHELD", "异议成立"
        DISMISSED = "DISMISSED", "异议不成立"

    rating = models.ForeignKey(
        StarRating, models.PROTECT, related_name="objections", verbose_name="评定"
    )
    text = models.TextField("异议")
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人"
    )
    raised_at = models.DateTimeField("提出时间", auto_now_add=True)
    decision = models.CharField(
        "决定", max_length=9, choices=Decision.choices, default=Decision.PENDING
    )
    new_star = models.PositiveSmallIntegerField("改为星级", null=True, blank=True)
    reason = models.CharField("理由", max_length=300, blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="决定人",
    )
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)

    class Meta:
        verbose_name = "异议"
        verbose_name_plural = "异议"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="one_objection_pending", fields=["rating"], condition=Q(decision="PENDING")
            ),
            models.CheckConstraint(
                name="objection_decided_has_reason",
                condition=Q(decision="PENDING") | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating_id} {self.get_decision_display()}"
