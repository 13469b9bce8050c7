"""Training: what was taught to whom (S14, S23)."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from outlets.models import Staff, Unit


@pghistory.track()
class Training(models.Model):
    """One training: a course of a day or some days."""

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    name = models.CharField("名称", max_length=80)
    first_day = models.DateField("开始日期")
    last_day = models.DateField("结束日期")
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1)
    trainer = models.CharField("讲师", max_length=60, blank=True, default="")
    place = models.CharField("地点", max_length=80, blank=True, default="")
    note = models.TextField("说明", blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "培训"
        verbose_name_plural = "培训"
        ordering = ["-first_day", "-id"]
        indexes = [models.Index(name="training_of_branch", fields=["branch", "-first_day"])]
        constraints = [
            models.UniqueConstraint(name="training_once", fields=["branch", "name", "first_day"]),
            models.CheckConstraint(
                name="training_days_in_order", condition=Q(last_day__gte=F("first_day"))
            ),
            models.CheckConstraint(name="training_has_hours", condition=Q(hours__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.first_day}"


@pghistory.track()
class Attendance(models.Model):
    """Whether somebody took part in a training, and how they did (0..100, where there was a test)."""

    training = models.ForeignKey(
        Training, models.PROTECT, related_name="attendances", verbose_name="培训"
    )
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="trainings", verbose_name="员工")
    attended = models.BooleanField("参加", default=True)
    score = models.DecimalField("成绩", max_digits=5, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = "培训参加记录"
        verbose_name_plural = "培训参加记录"
        ordering = ["training", "staff"]
        constraints = [
            models.UniqueConstraint(name="attendance_once", fields=["training", "staff"]),
            models.CheckConstraint(
                name="attendance_score_range",
                condition=Q(score=None) | Q(score__gte=0, score__lte=100, attended=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training_id} {self.staff_id}"
