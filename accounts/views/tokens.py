"""Page: the user's own API tokens."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import SignedInRequest, allowed
from accounts.forms import TokenForm
from accounts.selectors.users import tokens_visible_to
from accounts.services.tokens import token_create, token_revoke


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@allowed()
def tokens(request: SignedInRequest) -> HttpResponse:
    """The tokens, the form of a new one, and a new one's key this once."""
    form, key, status = TokenForm(), None, 200
    if request.method == "POST":
        form = TokenForm(request.POST)
        if form.is_valid():
            _, key = token_create(user=request.user, **form.cleaned_data)
            form = TokenForm()
        else:
            status = 422
    context = {
        "form": form,
        "key": key,
        "tokens": tokens_visible_to(request.user),
        "now": timezone.now(),
    }
    return render(request, "accounts/tokens.html", context, status=status)


@require_POST
@allowed()
def token_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Revoke one."""
    token = get_object_or_404(tokens_visible_to(request.user), pk=pk)
    token_revoke(token=token, actor=request.user)
    messages.success(request, f"令牌“{token.name}”已撤销。")
    return redirect("accounts:tokens")
