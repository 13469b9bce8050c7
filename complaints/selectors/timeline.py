"""What happened to a letter, in words: who did what when."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from accounts.models import User
from complaints.deadlines import LEVEL_LABELS
from complaints.models import Kind, Letter, LetterEvent, Responsibility

_E: Final = LetterEvent.Kind

ICONS: Final[Mapping[str, str]] = {
    _E.RECEIVED: "inbox",
    _E.CLASSIFIED: "tag",
    _E.ASSIGNED: "user-check",
    _E.REASSIGNED: "user-check",
    _E.RETURNED: "corner-up-left",
    _E.RECUSED: "user-off",
    _E.EXTENSION_ASKED: "clock-plus",
    _E.EXTENDED: "clock-plus",
    _E.EXTENSION_REFUSED: "clock-x",
    _E.EXTENSION_NOTIFIED: "message-2",
    _E.APPRAISAL_STARTED: "player-pause",
    _E.APPRAISAL_ENDED: "player-play",
    _E.NEW_FACTS: "file-plus",
    _E.REPEATED: "copy",
    _E.MERGED: "git-merge",
    _E.ESCALATED: "arrow-up-right",
    _E.WITHDRAWN: "arrow-back-up",
    _E.ANSWERED: "send",
    _E.CLOSED: "circle-check",
    _E.REOPENED: "refresh",
    _E.CALLED_BACK: "phone",
    _E.REVIEW_ASKED: "search",
    _E.REVIEW_DECIDED: "search",
    _E.JUDGED: "scale",
    _E.REVEALED: "eye",
    _E.REMINDED: "bell",
    _E.REDACTED: "archive",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline."""

    kind: str
    at: datetime
    who: str
    title: str
    words: str
    icon: str


# Who looked at the customer's data and who was reminded is the office's own matter.
_INSIDE: Final = (_E.REVEALED, _E.REMINDED)


def timeline_of(letter: Letter, *, inside: bool) -> list[Happening]:
    """The letter's events in the order they happened, or those not for the office alone. Two queries."""
    rows = LetterEvent.objects.filter(letter=letter).select_related("actor")
    events = list(rows if inside else rows.exclude(kind__in=_INSIDE))
    names = _names(events)
    return [
        Happening(
            one.kind,
            one.at,
            one.actor.name if one.actor else "系统",
            one.get_kind_display(),
            event_words(one.detail, names),
            ICONS.get(one.kind, "point"),
        )
        for one in events
    ]


def _names(events: Iterable[LetterEvent]) -> dict[int, str]:
    ids = {one.detail.get(key) for one in events for key in ("handler", "before", "user")}
    known = [one for one in ids if isinstance(one, int)]
    return dict(User.objects.filter(pk__in=known).values_list("pk", "name"))


def event_words(detail: Mapping[str, Any], names: Mapping[int, str]) -> str:
    """The details of an event that a reader needs, in Chinese; what is not for readers stays out."""
    told = {key: value for key, value in detail.items() if value not in ("", None)}
    if told.get("from") == told.get("kind"):
        told.pop("from", None)
    parts = (words(told[key], names) for key, words in _WORDS.items() if key in told)
    return "；".join(part for part in parts if part)


def _person(value: Any, names: Mapping[int, str]) -> str:
    return names.get(value, "") if isinstance(value, int) else str(value)


def _label(choices: Iterable[tuple[str, Any]], value: Any) -> str:
    return str(dict(choices).get(value, ""))


Words = Callable[[Any, Mapping[int, str]], str]
_WORDS: Final[Mapping[str, Words]] = {
    "from": lambda value, _: f"原为{_label(Kind.choices, value)}",
    "kind": lambda value, _: _label(Kind.choices, value),
    "handler": lambda value, names: f"承办人{name}" if (name := _person(value, names)) else "",
    "finding": lambda value, _: _label(Responsibility.Finding.choices, value),
    "decided_on": lambda value, _: f"认定日期{value}",
    "means": lambda value, _: f"以{value}告知",
    "satisfied": lambda value, _: "客户满意" if value else "客户不满意",
    "days": lambda value, _: f"{value}天",
    "until": lambda value, _: f"至{value}",
    "reference": lambda value, _: f"工单{value}",
    "level": lambda value, _: LEVEL_LABELS.get(value, ""),
    "authority": lambda value, _: f"{value}批准",
    "result": lambda value, _: str(value),
    "reason": lambda value, _: str(value),
}
