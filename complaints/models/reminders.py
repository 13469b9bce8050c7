"""Reminders of deadlines: each one exactly once."""

from django.db import models

from complaints.models.letters import Letter
from outlets.models import Unit


class LetterReminder(models.Model):
    """That a deadline comes near or has passed; whom it concerns follows from its stage."""

    class Matter(models.TextChoices):
        ANSWER = "ANSWER", "答复"
        REVIEW = "REVIEW", "核查"

    class Stage(models.TextChoices):
        UPCOMING = "UPCOMING", "即将到期"
        DUE = "DUE", "到期催办"
        ESCALATED = "ESCALATED", "逾期上报"

    branch = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="分行")
    letter = models.ForeignKey(
        Letter, models.PROTECT, related_name="reminders", verbose_name="来信"
    )
    matter = models.CharField("事项", max_length=6, choices=Matter.choices)
    stage = models.CharField("阶段", max_length=9, choices=Stage.choices)
    due_on = models.DateField("期限")
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "催办"
        verbose_name_plural = "催办"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="letter_reminder_once", fields=["letter", "matter", "stage", "due_on"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.get_stage_display()} {self.due_on}"
