"""How API lists are paged."""

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    """Newest first; a page holds 100 rows."""

    ordering = "-id"
    page_size_query_param = "page_size"
    max_page_size = 500
