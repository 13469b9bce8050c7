"""Quizzes and skill tests (S14)."""

import pghistory
from django.db import models
from django.db.models import Q

from outlets.models import Staff, Unit


@pghistory.track()
class Quiz(models.Model):
    """One person's result, 0..100, in a knowledge quiz or a skill test."""

    class Kind(models.TextChoices):
        KNOWLEDGE = "KNOWLEDGE", "知识"
        SKILL = "SKILL", "技能"

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="quizzes", verbose_name="员工")
    date = models.DateField("日期")
    kind = models.CharField("类别", max_length=9, choices=Kind.choices)
    score = models.DecimalField("成绩", max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = "测试成绩"
        verbose_name_plural = "测试成绩"
        ordering = ["-date", "staff"]
        indexes = [models.Index(name="quiz_month", fields=["branch", "date"])]
        constraints = [
            models.UniqueConstraint(name="one_quiz_a_day", fields=["staff", "date", "kind"]),
            models.CheckConstraint(
                name="quiz_score_range", condition=Q(score__gte=0, score__lte=100)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.date} {self.score}"
