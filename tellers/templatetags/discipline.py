"""Tags of the pages of discipline."""

from typing import Any, Final, NamedTuple

from django import template
from django.urls import reverse

from accounts.roles import Capability

register = template.Library()

_TABS: Final = (
    ("violations", "违规", "tellers:violations", Capability.RECORDS_READ),
    ("candidates", "违规线索", "tellers:violation_candidates", Capability.RECORDS_EDIT),
    ("penalties", "处罚", "tellers:penalties", Capability.RECORDS_READ),
    ("due", "拟处罚", "tellers:penalties_due", Capability.RECORDS_EDIT),
    ("circulars", "处罚通报", "reports:circulars", Capability.BULLETINS_READ),
    ("statistics", "统计", "tellers:discipline", Capability.LEAGUE_READ),
    ("catalogue", "违规事项", "tellers:catalogue", Capability.RECORDS_READ),
)


class Tab(NamedTuple):
    """One of the pages beside each other."""

    label: str
    url: str
    is_here: bool


@register.inclusion_tag("tellers/_discipline_tabs.html", takes_context=True)
def discipline_tabs(context: dict[str, Any], here: str) -> dict[str, list[Tab]]:
    """The pages of discipline that the user may open, with the present one marked."""
    user = context["request"].user
    shown = [one for one in _TABS if user.can(one[3])]
    return {"tabs": [Tab(label, reverse(name), key == here) for key, label, name, _ in shown]}
