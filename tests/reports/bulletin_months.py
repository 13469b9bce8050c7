"""Stored months for the bulletin's tests: rows as a roll-up leaves them, inspections with answers."""

import random
import uuid
from datetime import date
from decimal import Decimal

from django.utils import timezone

from inspections.models import Answer, Checklist, ChecklistVersion, Inspection, Item, Section
from outlets.models import Unit
from outlets.months import Month
from reports.models import MonthClose, MonthlyScore, SchemeVersion, Season
from reports.scheme import DEFAULT_SCHEME
from tests.factories import make_branch, make_institution, make_outlet

CLOSED, OPEN, PROVISIONAL = "CLOSED", "OPEN", "PROVISIONAL"


def make_close(branch, month, state=CLOSED):
    """A month's record under the scheme that ships."""
    scheme, _ = SchemeVersion.objects.get_or_create(
        branch=branch, label="初始办法",
        defaults={
            "effective_from": date(2011, 1, 1), "rules": DEFAULT_SCHEME.to_json(),
            "published_at": timezone.now(),
        },
    )  # fmt: skip
    return MonthClose.objects.create(branch=branch, month=month.first, state=state, scheme=scheme)


def make_score(unit, month, *, kind="OUTLET", institution=None, lines=(), **figures):
    """One stored row; scores may be given as text."""
    numbers = {name: Decimal(value) for name, value in figures.items() if isinstance(value, str)}
    if kind == "OUTLET" and institution is None and unit.parent.kind == Unit.Kind.INSTITUTION:
        institution = unit.parent
    return MonthlyScore.objects.create(
        branch_id=unit.branch_id, month=month.first, kind=kind, unit=unit, unit_path=unit.path,
        institution=institution, windows=unit.windows or 4, lines=list(lines),
        **(figures | numbers),
    )  # fmt: skip


def make_version(branch, items):
    """A published checklist: [(code, text, module)], each item worth 10 points."""
    version = ChecklistVersion.objects.create(
        checklist=Checklist.objects.create(branch=branch, name="明查标准"),
        label="1", scoring="POINTS", effective_on=date(2011, 1, 1),
    )  # fmt: skip
    sections = {}
    for position, (code, text, module) in enumerate(items, 1):
        if module not in sections:
            sections[module] = Section.objects.create(
                version=version, position=len(sections) + 1, name=module
            )
        Item.objects.create(
            version=version, section=sections[module], position=position, code=code, text=text,
            points=10, mode="ALL_OR_NOTHING", channels=["OPEN", "COVERT"],
        )  # fmt: skip
    ChecklistVersion.objects.filter(pk=version.pk).update(published_at=timezone.now())
    return version


def make_inspection(unit, version, month, *, failed=(), channel="OPEN", wave=None, score="90.00"):
    """A released inspection that answered every item, losing those whose codes are named."""
    found = Inspection.objects.create(
        uuid=uuid.uuid4(), number=uuid.uuid4().hex[:20], branch_id=unit.branch_id, unit=unit,
        unit_path=unit.path, channel=channel, version=version, inspector_name="督导", wave=wave,
        date=month.first, state="RELEASED", score=Decimal(score), possible=100, earned=90,
        content_hash="0" * 64, released_at=timezone.now(),
    )  # fmt: skip
    Answer.objects.bulk_create(
        Answer(
            inspection=found, item=item, value="不合格" if item.code in failed else "合格",
            possible=10, earned=0 if item.code in failed else 10,
        )
        for item in version.items.all()
    )  # fmt: skip
    return found


ITEMS = [
    ("1.01", "门前整洁，地面无积水、无杂物", "服务环境"),
    ("1.02", "利率牌、外汇牌价及时更新", "服务环境"),
    ("1.03", "残障通道畅通，标识清楚", "服务环境"),
    ("2.01", "举手招迎，站立服务", "柜面服务"),
    ("2.02", "双手接递，唱收唱付", "柜面服务"),
    ("2.03", "业务办理中不接打手机、不与他人闲谈", "柜面服务"),
    ("3.01", "大堂经理在岗，主动分流引导客户", "大堂管理"),
    ("3.02", "客户排队超过十人时及时增开窗口", "大堂管理"),
    ("4.01", "首问负责，不推诿客户，能即办的当场办结", "首问负责"),
    ("4.02", "承诺办事项登记完整并按时回复", "首问负责"),
    ("5.01", "库存现金不超过三十万元", "合规操作"),
    ("5.02", "密码输入有遮挡，离柜票据入柜上锁", "合规操作"),
]


NAMES = ["海城", "道西", "对炉", "铁东", "解放路", "银拓", "立山", "千山", "台安", "岫岩", "营口路"]
SIZES = [5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 4]
SPREADS = {"open": 2, "covert": 4, "quiz": 3}
CENT = Decimal("0.01")


class SeasonMaker:
    """A branch of 48 outlets in 11 institutions whose months are filled at random, but always alike."""

    def __init__(self, seed=7):
        self.chance = random.Random(seed)
        self.branch = make_branch(code="2101", name="鞍山分行", short_name="鞍山分行")
        self.heads = [
            make_institution(parent=self.branch, code=f"2101{n:02d}", name=f"{name}支行")
            for n, name in enumerate(NAMES, 1)
        ]
        self.outlets = [
            make_outlet(
                parent=head, code=f"{head.code}{place:02d}", windows=self.chance.randint(2, 8),
                name=f"{name}第{'一二三四五'[place]}分理处",
            )
            for head, name, size in zip(self.heads, NAMES, SIZES, strict=True)
            for place in range(size)
        ]  # fmt: skip
        self.skill = {outlet.pk: self.chance.uniform(82, 96) for outlet in self.outlets}
        self.version = make_version(self.branch, ITEMS)
        self.ranks = {}

    def month(self, month, state=CLOSED):
        """Store one month: inspections, outlets' rows, institutions' rows."""
        make_close(self.branch, month, state)
        scores = {outlet.pk: self._scores(outlet) for outlet in self.outlets}
        means = {
            head.pk: mean([scores[each.pk] for each in self.outlets if each.parent_id == head.pk])
            for head in self.heads
        }
        ranks = {"OUTLET": ranked(scores), "INSTITUTION": ranked(means)}
        for outlet in self.outlets:
            lines = self._inspected(outlet, month)
            self._store(outlet, month, "OUTLET", scores[outlet.pk], ranks, lines=lines)
        for head in self.heads:
            self._store(head, month, "INSTITUTION", means[head.pk], ranks, institution=head)
        self.ranks = ranks

    def _scores(self, outlet):
        skill = self.skill[outlet.pk]
        scores = {
            name: Decimal(str(round(min(100, self.chance.gauss(skill, spread)), 2)))
            for name, spread in SPREADS.items()
        }
        weighted = 5 * scores["open"] + 5 * scores["covert"] + scores["quiz"]
        return scores | {"total": (weighted / 11).quantize(CENT)}

    def _inspected(self, outlet, month):
        lines = []
        for channel in ("OPEN", "COVERT"):
            failed = [code for code, _, _ in ITEMS if self.chance.random() < 0.15]
            made = make_inspection(outlet, self.version, month, failed=failed, channel=channel)
            lines.append([f"R3.{channel.lower()}", [made.pk], "", None])
        return lines

    def _store(self, unit, month, kind, scores, ranks, **extra):
        make_score(
            unit, month, kind=kind, rank=ranks[kind][unit.pk], base=scores["total"],
            previous_rank=self.ranks.get(kind, {}).get(unit.pk), **scores, **extra,
        )  # fmt: skip


def make_season(months=9, first=None, seed=7):
    """A competition of so many closed months from April 2011; the branch."""
    first = first or Month(2011, 4)
    maker = SeasonMaker(seed)
    Season.objects.create(
        branch=maker.branch, name="2011年文明优质服务竞赛", first_month=date(2011, 4, 1),
        last_month=date(2011, 12, 1),
    )  # fmt: skip
    for month in first.range_to(first + (months - 1)):
        maker.month(month)
    return maker.branch


def mean(rows):
    return {
        name: (sum(row[name] for row in rows) / len(rows)).quantize(CENT)
        for name in (*SPREADS, "total")
    }


def ranked(rows):
    """Places by total; these scores do not tie."""
    order = sorted(rows, key=lambda pk: -rows[pk]["total"])
    return {pk: place for place, pk in enumerate(order, 1)}
