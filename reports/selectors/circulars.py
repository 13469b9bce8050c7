"""Circulars as lists show them."""

from django.db.models import QuerySet
from django.db.models.fields.json import KT

from accounts.models import User
from reports.models import Document
from reports.selectors.documents import documents_visible_to


def circulars_visible_to(user: User) -> QuerySet[Document]:
    """The branch's circulars, newest first, with `heading` and `issued_on` as they are printed."""
    found = documents_visible_to(user).filter(kind=Document.Kind.CIRCULAR)
    named = found.annotate(
        heading=KT("figures__title"), issued_on=KT("figures__masthead__issued_on")
    )
    return named.order_by("-year", "-number")
