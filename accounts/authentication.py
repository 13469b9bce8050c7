"""API tokens as DRF authentication: `Authorization: Token mc_…`."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import ApiToken, User
from accounts.services.tokens import digest

# Written at most this often, so that a call costs no write.
USE_RESOLUTION = timedelta(minutes=10)


class ApiTokenAuthentication(TokenAuthentication):
    """Looks a token up by the digest of its key."""

    def authenticate_credentials(self, key: str) -> tuple[User, Any]:
        """The token's user; AuthenticationFailed when it is unknown, expired or the user closed."""
        now = timezone.now()
        token = ApiToken.objects.select_related("user", "user__unit").filter(digest=digest(key))
        found = token.filter(expires_at__gt=now, user__is_active=True).first()
        if found is None:
            raise AuthenticationFailed("令牌无效、已到期或已撤销。")
        if found.last_used_at is None or found.last_used_at < now - USE_RESOLUTION:
            ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
        return found.user, found
