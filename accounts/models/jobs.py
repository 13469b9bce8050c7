"""Long tasks, kept in PostgreSQL so that losing a message or a worker loses nothing."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

# A job that nobody has begun after this long waits for a worker that is not there.
PATIENCE = timedelta(minutes=2)


class Job(models.Model):
    """One long task; `key` makes asking twice for the same thing one job."""

    class State(models.TextChoices):
        QUEUED = "QUEUED", "等待"
        RUNNING = "RUNNING", "进行中"
        DONE = "DONE", "完成"
        FAILED = "FAILED", "失败"

    kind = models.CharField("任务", max_length=32)
    scope = models.CharField("范围", max_length=64)
    period = models.CharField("期间", max_length=32)
    key = models.CharField(max_length=160, unique=True)
    queue = models.CharField(max_length=16, default="default")
    params = models.JSONField(default=dict)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.QUEUED)
    progress = models.PositiveSmallIntegerField("进度", default=0)
    message = models.CharField("进展", max_length=200, default="")
    error = models.TextField("错误", default="")
    result = models.JSONField("结果", default=dict)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    claim = models.UUIDField(null=True)
    due_at = models.DateTimeField(db_default=models.functions.Now())
    lease_until = models.DateTimeField(null=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    created_at = models.DateTimeField("提出时间", auto_now_add=True)
    asked_at = models.DateTimeField("最近提出", db_default=models.functions.Now())
    finished_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "任务"
        verbose_name_plural = "任务"
        ordering = ["-id"]
        indexes = [
            models.Index(
                name="job_open",
                fields=["due_at"],
                condition=models.Q(state__in=["QUEUED", "RUNNING"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.scope} {self.period}"

    @property
    def is_waiting_long(self) -> bool:
        """Asked for a while ago and never begun: perhaps no worker runs."""
        waits = self.state == self.State.QUEUED and not self.attempts
        return waits and timezone.now() - self.asked_at > PATIENCE

    @property
    def is_open(self) -> bool:
        """Still to be done or being done."""
        return self.state in {self.State.QUEUED, self.State.RUNNING}
