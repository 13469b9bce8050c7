"""What the figures say, in one sentence: the leads of pages."""

from collections.abc import Sequence
from typing import Final

from outlets.months import Month
from reports.closing import CLOSED, OPEN, PROVISIONAL
from reports.models import MonthlyScore
from reports.selectors.league import LeagueRow, SeasonTable
from reports.tables import INSTITUTION, OUTLET

NOUNS: Final = {OUTLET: "网点", INSTITUTION: "机构"}
STATE_ICONS: Final = {OPEN: "activity", PROVISIONAL: "eye", CLOSED: "lock"}


def league_lead(rows: Sequence[LeagueRow], month: Month, kind: str) -> str:
    """How many took part, and who came first: of a whole month's table."""
    noun = NOUNS[kind]
    ranked = [row for row in rows if row.rank is not None]
    if not rows:
        return f"{month.label}没有{noun}参加评比。"
    part = "全部参评" if len(ranked) == len(rows) else f"中{len(ranked)}家参评"
    text = f"{month.month}月{len(rows)}家{noun}{part}"
    first = [row for row in ranked if row.rank == 1]
    if not first:
        return f"{month.month}月{len(rows)}家{noun}均未参评。"
    names = "、".join(row.name for row in first)
    tail = f"，{climbed(first[0].change)}" if len(first) == 1 else ""
    return f"{text}，{'并列' if len(first) > 1 else ''}第一名{names} {first[0].total}分{tail}。"


def climbed(change: int | None) -> str:
    """A change of rank in words."""
    if change is None:
        return "上月未参评"
    if change == 0:
        return "与上月持平"
    return f"较上月{'升' if change > 0 else '降'}{abs(change)}位"


def season_lead(table: SeasonTable, kind: str) -> str:
    """Who leads the season so far."""
    season = table.season
    if not table.months:
        return f"{season.name}还没有封账的月份，封账后计入累计。"
    span = (
        f"{table.months[0].label}至{table.months[-1].label}"
        if len(table.months) > 1
        else table.months[0].label
    )
    leaders = [row for row in table.rows if row.standing.rewarded]
    text = f"{season.name}已封账{len(table.months)}个月（{span}）"
    if not leaders:
        return f"{text}，还没有{NOUNS[kind]}参评。"
    names = "、".join(f"{row.name} {row.standing.score}" for row in leaders)
    return f"{text}，居前的是{names}。"


def score_lead(row: MonthlyScore) -> str:
    """One unit's month: total, rank, change."""
    if row.rank is None:
        return "本月未参评，列出而不排名。"
    group = f"，{row.peer_group}组第{row.group_rank}名" if row.peer_group else ""
    return f"总分{row.total}，{NOUNS[row.kind]}第{row.rank}名{group}，{climbed(row.change)}。"
