"""Stored months for the bulletin's tests: rows as a roll-up leaves them, inspections with answers."""

import random
import uuid
from datetime import date
from decimal import Decimal

from django.utils import timezone

from inspections.models import Answer, Checklist, ChecklistVersion, Inspection, Item, Section
from outlets.models import Unit
from outlets.months import Month
from reports.models import MonthClose, MonthlyScore, SchemeVersion
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


def make_season(months=9, first=Month(2011, 4), institutions=11, each=(5, 4, 4), seed=7):
    """A branch of 48 outlets in 11 institutions with so many closed months; scores at random."""
    chance = random.Random(seed)
    branch = make_branch(code="2101", name="鞍山分行", short_name="鞍山分行")
    names = ["海城", "道西", "对炉", "铁东", "解放路", "银拓", "立山", "千山", "台安", "岫岩", "营业部"]
    heads = [
        make_institution(parent=branch, code=f"2101{n:02d}", name=f"{names[n - 1]}支行")
        for n in range(1, institutions + 1)
    ]
    outlets = []
    for number, head in enumerate(heads):
        for place in range(each[min(number // 4, len(each) - 1)] if number else 4):
            name = f"{head.name[:-2]}第{words(place)}分理处" if place else f"{head.name}营业室"
            outlets.append(make_outlet(parent=head, name=name, windows=chance.randint(2, 8)))
    version = make_version(branch, ITEMS)
    skill = {outlet.pk: chance.uniform(82, 96) for outlet in outlets}
    previous = {}
    for month in first.range_to(first + (months - 1)):
        make_close(branch, month)
        previous = season_month(chance, branch, heads, outlets, month, version, skill, previous)
    return branch


def season_month(chance, branch, heads, outlets, month, version, skill, previous):
    """One month of the season, computed by the rules' own means; its ranks."""
    rows = {}
    for outlet in outlets:
        scores = {
            name: Decimal(str(round(min(100, chance.gauss(skill[outlet.pk], spread)), 2)))
            for name, spread in (("open", 2), ("covert", 4), ("quiz", 3))
        }
        base = sum(scores.values()) / 3
        rows[outlet.pk] = scores | {"total": base.quantize(Decimal("0.01"))}
    ranks = ranked(rows)
    for outlet in outlets:
        lines = []
        for name, channel in (("open", "OPEN"), ("covert", "COVERT")):
            failed = [code for code, _, _ in ITEMS if chance.random() < 0.15]
            made = make_inspection(outlet, version, month, failed=failed, channel=channel)
            lines.append([f"R3.{name}", [made.pk], "", None])
        make_score(
            outlet, month, lines=lines, rank=ranks[outlet.pk], previous_rank=previous.get(outlet.pk),
            base=rows[outlet.pk]["total"], **rows[outlet.pk],
        )  # fmt: skip
    means = {}
    for head in heads:
        own = [rows[outlet.pk] for outlet in outlets if outlet.parent_id == head.pk]
        means[head.pk] = {
            name: (sum(row[name] for row in own) / len(own)).quantize(Decimal("0.01"))
            for name in ("open", "covert", "quiz", "total")
        }
    head_ranks = ranked(means)
    for head in heads:
        make_score(
            head, month, kind="INSTITUTION", institution=head, rank=head_ranks[head.pk],
            previous_rank=previous.get(-head.pk), base=means[head.pk]["total"], **means[head.pk],
        )  # fmt: skip
    return ranks | {-pk: rank for pk, rank in head_ranks.items()}


def ranked(rows):
    """Places by total; these scores do not tie."""
    order = sorted(rows, key=lambda pk: -rows[pk]["total"])
    return {pk: place for place, pk in enumerate(order, 1)}


def words(place):
    return "零一二三四五六七八九"[place]
