"""Keys for programs that use the API in a user's name."""

from django.conf import settings
from django.db import models


class ApiToken(models.Model):
    """A key of one user. Only its SHA-256 is kept; the key itself is shown once."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="api_tokens", verbose_name="账号"
    )
    name = models.CharField("用途", max_length=40)
    hint = models.CharField("开头", max_length=8)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    expires_at = models.DateTimeField("到期时间")
    last_used_at = models.DateTimeField("最近使用", null=True)

    class Meta:
        verbose_name = "API 令牌"
        verbose_name_plural = "API 令牌"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name}（{self.hint}…）"
