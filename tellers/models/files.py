"""The service file's own words: comments of the person it is about (S13)."""

import pghistory
from django.conf import settings
from django.db import models

from outlets.models import Staff


@pghistory.track()
class FileComment(models.Model):
    """What somebody says about an entry of the own service file; `entry` is its kind and id."""

    staff = models.ForeignKey(
        Staff, models.PROTECT, related_name="file_comments", verbose_name="员工"
    )
    entry = models.CharField("条目", max_length=40)
    text = models.CharField("意见", max_length=500)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="作者"
    )
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "档案意见"
        verbose_name_plural = "档案意见"
        ordering = ["id"]
        indexes = [models.Index(name="file_comment_of", fields=["staff", "entry"])]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.entry}"
