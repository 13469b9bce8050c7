"""Searches of the letter list that people keep."""

from collections.abc import Mapping
from typing import Final

from django.db import transaction

from accounts.models import User
from accounts.refusals import Refused
from complaints.models import SavedView

MOST: Final = 20


class TooManyViews(Refused):
    """Somebody keeps as many as can be."""


@transaction.atomic
def saved_view_put(*, user: User, name: str, query: Mapping[str, str]) -> SavedView:
    """Keep a query, which names no customer, under a name; the same name again replaces it."""
    User.objects.select_for_update().get(pk=user.pk)
    others = SavedView.objects.filter(user=user).exclude(name=name)
    if others.count() >= MOST:
        raise TooManyViews(f"最多保存{MOST}个常用查询，请先删除不用的")
    view, _ = SavedView.objects.update_or_create(
        user=user, name=name, defaults={"query": dict(query)}
    )
    return view


def saved_view_delete(*, view: SavedView) -> None:
    """Forget it."""
    SavedView.objects.filter(pk=view.pk).delete()
