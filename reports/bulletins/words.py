"""The sentences of a bulletin, from its figures. Pure: figures in, Chinese text out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from outlets.months import Month
from reports.scheme import COMPONENT_LABELS, COMPONENTS

Figures = Mapping[str, Any]

NUMERALS: Final = "一二三四五六七八九十"
_CHANNELS: Final = {"OPEN": "明查", "COVERT": "暗访", "SPECIAL": "专项检查"}
_LEADERS: Final = 3
_MOST_NAMES: Final = 3


def title_of(month: Month, edition: int) -> str:
    """The title of a month's bulletin, without the masthead."""
    correction = f"（第{edition}号更正）" if edition else ""
    return f"{month.label}网点服务质量检查评比情况{correction}"


def title(figures: Figures) -> str:
    """The document's title, without the masthead."""
    return title_of(Month.parse(figures["month"]), figures["edition"])


def full_title(figures: Figures) -> str:
    """Masthead, issue and title, for a document's properties."""
    head = figures["masthead"]
    return f"{head['title']}{head['year']}年第{head['number']}期：{title(figures)}"


def file_name(figures: Figures) -> str:
    """What the file is called when it is downloaded."""
    head = figures["masthead"]
    branch = figures["branch"]["short_name"]
    return f"{branch}{head['title']}{head['year']}年第{head['number']}期（{figures['month']}）.pdf"


def chinese_date(iso: str) -> str:
    """2012-01-06 as 2012年1月6日."""
    day = date.fromisoformat(iso)
    return f"{day.year}年{day.month}月{day.day}日"


def lead(figures: Figures) -> list[str]:
    """The opening paragraphs: who took part, who leads, what is best, who moved."""
    paragraphs = (
        _taking_part(figures) + _average(figures),
        f"网点{_leaders(figures['outlets'])}。{_institutions(figures)}",
        _best(figures) + _moves(figures),
    )
    return [text for text in paragraphs if text]


def preliminary(figures: Figures) -> str:
    """The reservation a bulletin of a month not yet closed carries; empty for a final one."""
    return "" if figures["final"] else "本期数据为内部公示数据，以封账后的正式成绩为准。"


def components_note(figures: Figures) -> str:
    """How the total is made up this month, by which weights, and what is absent."""
    present = components_present(figures["outlets"])
    weights = "、".join(
        f"{COMPONENT_LABELS[name]}{_plain(figures['weights'][name])}" for name in present
    )
    absent = "、".join(COMPONENT_LABELS[name] for name in COMPONENTS if name not in present)
    missing = f"；本月没有{absent}成绩" if absent else ""
    return f"权重：{weights}{missing}。"


def components_present(rows: Iterable[Figures]) -> list[str]:
    """The components at least one row has, in the order of the scheme."""
    rows = list(rows)
    return [name for name in COMPONENTS if any(row[name] is not None for row in rows)]


def failed_intro(figures: Figures) -> str:
    """One sentence on the items most marks were lost on."""
    if not figures["failed"]:
        return ""
    first = figures["failed"][0]
    return (
        f"失分次数最多的是“{first['text'].rstrip('。')}”，"
        f"{first['asked']}次检查失分{first['lost']}次。"
    )


def season_intro(season: Figures) -> str:
    """Where the competition stands: how many months, and who leads it."""
    months = len(season["months"])
    state = f"全部结束，共{months}个月" if season["over"] else f"已封账{months}个月"
    leaders = "；".join(
        f"{label}前列为{names}"
        for label, kind in (("机构", "institutions"), ("网点", "outlets"))
        if (names := _rewarded(season[kind]))
    )
    tail = f"按各月总分平均，{leaders}。" if leaders else ""
    return f"{season['name']}{state}。{tail}"


def change_text(change: int | None) -> str:
    """Places climbed or lost: ↑3, ↓2, 持平, or a dash where there is nothing to compare."""
    if change is None:
        return "—"
    if not change:
        return "持平"
    return f"↑{change}" if change > 0 else f"↓{-change}"


def _taking_part(figures: Figures) -> str:
    covered = figures["coverage"]
    month = Month.parse(figures["month"]).label
    outlets, ranked = covered["outlets"], covered["ranked"]
    share = f"{outlets}家营业网点全部参评" if outlets == ranked else (
        f"{outlets}家营业网点中{ranked}家参评，未参评{outlets - ranked}家"
        f"（{_absent(figures['outlets'])}）"
    )  # fmt: skip
    kinds = "、".join(
        f"{_CHANNELS[channel]}{count}次"
        for channel, count in covered["inspections"].items()
        if count
    )
    total = sum(covered["inspections"].values())
    return f"{month}，全行{share}，涉及经营机构{covered['institutions']}家。计入成绩的检查共{total}次，其中{kinds}。"


def _absent(outlets: Iterable[Figures]) -> str:
    return _some([row["name"] for row in outlets if row["rank"] is None])


def _average(figures: Figures) -> str:
    """The branch's mean, against the closed month before where there is one."""
    *earlier, now = figures["trend"]
    text = f"全行网点平均得分{now['total']}分"
    before = earlier[-1] if earlier else None
    if before is None or Month.parse(before["month"]).next != Month.parse(now["month"]):
        return f"{text}。"
    gain = Decimal(now["total"]) - Decimal(before["total"])
    if not gain:
        return f"{text}，与上月持平。"
    return f"{text}，较上月{'提高' if gain > 0 else '下降'}{abs(gain)}分。"


def _leaders(rows: Sequence[Figures]) -> str:
    """First to third, those that share a rank together, with what they moved."""
    leaders = [row for row in rows if row["rank"] and row["rank"] <= _LEADERS]
    return "；".join(_leader(row) for row in leaders)


def _leader(row: Figures) -> str:
    text = f"第{NUMERALS[row['rank'] - 1]}名{row['name']}，{row['total']}分"
    if row["change"] is None:
        return text
    if not row["change"]:
        return f"{text}，名次与上月持平"
    return f"{text}，较上月{'升' if row['change'] > 0 else '降'}{abs(row['change'])}位"


def _institutions(figures: Figures) -> str:
    ranked = [row for row in figures["institutions"] if row["rank"]]
    leaders = [row for row in ranked if row["rank"] <= _LEADERS]
    if not leaders:
        return ""
    names = "、".join(f"{row['name']}{row['total']}分" for row in leaders)
    return f"机构前{_counted(len(leaders))}名依次为{names}。"


def _counted(number: int) -> str:
    return {2: "两"}.get(number, NUMERALS[number - 1] if number <= len(NUMERALS) else str(number))


def _best(figures: Figures) -> str:
    parts = [
        f"{label}最高{best['score']}分（{_some(best['names'])}）"
        for name, label in (("open", "明查"), ("covert", "暗访"))
        if (best := figures["best"][name])
    ]
    return "，".join(parts) + "。" if parts else ""


def _moves(figures: Figures) -> str:
    return "".join(_move_sentences(figures["movers"]))


def _move_sentences(movers: Figures) -> Iterator[str]:
    for side, most, verb in (("up", "上升最多", "升至"), ("down", "下降最多", "降至")):
        if movers[side]:
            first = movers[side][0]
            yield (
                f"名次{most}的是{first['name']}，"
                f"由第{first['previous']}名{verb}第{first['rank']}名。"
            )


def _rewarded(standings: Iterable[Figures]) -> str:
    return "、".join(each["name"] for each in standings if each["rewarded"])


def _some(names: Sequence[str]) -> str:
    """The first names of a list, and how many there are when it is longer."""
    more = f"等{len(names)}家" if len(names) > _MOST_NAMES else ""
    return "、".join(names[:_MOST_NAMES]) + more


def _plain(number: str) -> str:
    return format(Decimal(number).normalize(), "f")
