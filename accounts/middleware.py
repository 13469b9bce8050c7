"""Sessions end when nothing was done for a while."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

SEEN = "seen_at"
# Written at most this often, so that a page costs no session write.
RESOLUTION = 60


class IdleTimeoutMiddleware:
    """Signs a session out after SESSION_IDLE_MINUTES without a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Check, then go on."""
        if request.user.is_authenticated and "_auth_user_id" in request.session:
            self.check(request)
        return self.get_response(request)

    def check(self, request: HttpRequest) -> None:
        """Sign out when idle for too long, else note that somebody is there."""
        now = int(time.time())
        idle = now - request.session.get(SEEN, now)
        if idle > settings.SESSION_IDLE_MINUTES * 60:
            logout(request)
            messages.info(request, "长时间未操作，已自动退出，请重新登录。")
        elif idle >= RESOLUTION or SEEN not in request.session:
            request.session[SEEN] = now
