"""The forms of published versions, kept in memory: the database lets none of them change."""

from functools import lru_cache

from inspections.models import ChecklistVersion
from inspections.selectors.checklists import VersionForm, version_form


@lru_cache(maxsize=64)
def published_form(version_id: int, channel: str) -> VersionForm:
    """What an inspector of this channel fills in; ChecklistVersion.DoesNotExist for a draft."""
    version = ChecklistVersion.objects.select_related("checklist").get(
        pk=version_id, published_at__isnull=False
    )
    return version_form(version, channel)
