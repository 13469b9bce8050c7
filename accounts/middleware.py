"""Sessions end when nothing was done for a while; a temporary password is changed first."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import User

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


class PasswordChangeMiddleware:
    """Whoever has a temporary password gets to the page that changes it, and nowhere else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Redirect a page, refuse the API."""
        user = request.user
        if not (isinstance(user, User) and user.must_change_password):
            return self.get_response(request)
        change = reverse("account_change_password")
        if request.path in {change, reverse("account_logout")}:
            return self.get_response(request)
        if request.path.startswith("/api/"):
            return JsonResponse(PROBLEM, status=403, content_type="application/problem+json")
        return redirect(change)


PROBLEM = {
    "type": "about:blank",
    "title": "请先修改临时密码",
    "status": 403,
    "code": "password_change_required",
    "detail": "您正在使用临时密码，请先登录网页修改密码。",
}
