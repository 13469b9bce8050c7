"""What the evaluation device counts (S15)."""

import pghistory
from django.db import models
from django.db.models import F, Q

from outlets.models import Staff, Unit


@pghistory.track()
class DeviceMonth(models.Model):
    """One teller's month at the evaluation device (星级柜员牌): every answer is of one kind."""

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    staff = models.ForeignKey(
        Staff, models.PROTECT, related_name="device_months", verbose_name="员工"
    )
    month = models.DateField("月份")
    transactions = models.PositiveIntegerField("业务笔数")
    evaluations = models.PositiveIntegerField("评价笔数")
    very_satisfied = models.PositiveIntegerField("非常满意")
    satisfied = models.PositiveIntegerField("满意")
    neutral = models.PositiveIntegerField("一般")
    dissatisfied = models.PositiveIntegerField("不满意")

    class Meta:
        verbose_name = "星级柜员牌数据"
        verbose_name_plural = "星级柜员牌数据"
        ordering = ["-month", "staff"]
        indexes = [models.Index(name="device_month", fields=["branch", "month"])]
        constraints = [
            models.UniqueConstraint(name="one_device_month", fields=["staff", "month"]),
            models.CheckConstraint(name="device_month_first_day", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="device_answers_add_up",
                condition=Q(transactions__gte=F("evaluations"))
                & Q(
                    evaluations=F("very_satisfied")
                    + F("satisfied")
                    + F("neutral")
                    + F("dissatisfied")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.month:%Y-%m} {self.evaluations}/{self.transactions}"
