"""The decorator every page stands behind: signed in, and a role with the capability."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from accounts.models import User
from accounts.roles import Capability

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class SignedInRequest(HttpRequest):
    """A request that passed `allowed`: its user is an account."""

    user: User


def allowed(
    *capabilities: Capability,
) -> Callable[[Callable[Concatenate[SignedInRequest, P], HttpResponseBase]], View[P]]:
    """Let users with any of the capabilities in; 403 for other roles, sign-in for strangers."""

    def decorate(view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase]) -> View[P]:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            signed_in = cast("SignedInRequest", request)
            if capabilities and not any(signed_in.user.can(one) for one in capabilities):
                raise PermissionDenied
            return view(signed_in, *args, **kwargs)

        return cast("View[P]", guarded)

    return decorate


def user_of(request: Any) -> User:
    """The account behind a request that is known to be signed in."""
    return cast("User", request.user)
