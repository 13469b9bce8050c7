"""The public page behind a badge's code: number, star and period, no names, no sign-in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from tellers.selectors.star_verification import star_verified
from tellers.stars import STAR_LABELS, period_words


@require_safe
def star_verify(request: HttpRequest, token: str) -> HttpResponse:
    """What a token stands for; an unknown one is answered as calmly, by the same one query."""
    found = star_verified(token)
    context = {
        "found": found,
        "label": STAR_LABELS[found.star] if found else "",
        "words": period_words(found.period) if found else "",
    }
    response = render(request, "tellers/star_verify.html", context, status=200 if found else 404)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    patch_cache_control(response, no_store=True)
    return response
