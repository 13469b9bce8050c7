"""Letters of these days, in every state, through the same services as real use; to try things on.

They come on top of the two years' totals, on the day the demonstration is built.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from complaints.models import Channel, Kind, Letter, LetterNote, Severity
from complaints.selectors.replies import drafted, templates_for
from complaints.services.extensions import extension_approve, extension_ask
from complaints.services.handling import letter_close, note_add
from complaints.services.intake import letter_take_in
from complaints.services.letters import LetterFacts
from complaints.services.proceedings import appraisal_start
from complaints.services.relations import letter_escalate
from complaints.services.replies import reply_draft, reply_send
from complaints.services.responsibility import Verdict, responsibility_propose
from complaints.services.triage import Classification, letter_triage
from outlets.models import Unit
from reports.demo.organisation import GIVEN, SURNAMES

PREFIX: Final = "YS-"  # 演示
XILIU, BEIGUAN, ZHONGJIE = "21010203", "21010201", "21010202"


@dataclass(frozen=True, slots=True)
class Office:
    """Who acts: both of the service office, and the head of 海城支行, who handles its letters."""

    first: User
    second: User
    head: User


Step = Callable[[Letter, Office], object]


@dataclass(frozen=True, slots=True)
class Open:
    """A letter: how many days ago it came, what it is, and what was done about it in turn."""

    days: int
    unit: str
    text: str
    kind: str = ""
    business: str = ""
    cause: str = ""
    channel: str = Channel.HOTLINE
    severity: str = Severity.NORMAL
    steps: tuple[Step, ...] = ()


def _draft(letter: Letter, office: Office, outcome: str) -> None:
    template = templates_for(letter)[0]
    body = drafted(template, letter, office.head).replace("{处理结果}", outcome)
    reply_draft(letter=letter, body=body, actor=office.head)


def _note(letter: Letter, office: Office) -> None:
    body = "已调看当日监控录像，并向当班人员了解情况；叫号记录显示当时开放三个窗口。"
    note_add(letter=letter, kind=LetterNote.Kind.INVESTIGATION, body=body, actor=office.head)


def _write(letter: Letter, office: Office) -> None:
    _draft(letter, office, "当日系统升级，办理较慢，我行已调整升级时间并增派大堂人员。")


def _answer(letter: Letter, office: Office) -> None:
    _draft(letter, office, "经核实，当班员工解释不够耐心，我行已对其批评教育。")
    reply_send(letter=letter, means="电话", actor=office.head)


def _judge(letter: Letter, office: Office) -> None:
    verdict = Verdict(finding="BANK", grounds="录像显示员工语气生硬，未作解释。", unit=letter.unit)
    responsibility_propose(letter=letter, verdict=verdict, actor=office.first)


def _close(letter: Letter, office: Office) -> None:
    letter_close(letter=letter, outcome="已通报表扬，记入员工服务档案。", actor=office.head)


def _extend(letter: Letter, office: Office) -> None:
    _ask(letter, office)
    extension_approve(letter=letter, actor=office.second)


def _ask(letter: Letter, office: Office) -> None:
    reason = "须向外地行调取交易凭证，原期限内无法查清。"
    extension_ask(letter=letter, level="COMPLEX", reason=reason, actor=office.head)


def _appraise(letter: Letter, office: Office) -> None:
    matter = "委托鉴定机构比对取款凭条上的签名。"
    appraisal_start(letter=letter, matter=matter, means="电话", actor=office.head)


def _escalate(letter: Letter, office: Office) -> None:
    letter_escalate(letter=letter, reason="客户对答复不满，再次来电投诉。", actor=office.head)


COMPLAINT, INQUIRY, PRAISE = Kind.COMPLAINT, Kind.INQUIRY, Kind.PRAISE
OPEN: Final = (
    Open(0, "", "客户反映在海城西柳支行存款时，柜员让其到自动柜员机办理，未说明原因，希望了解规定。"),
    Open(0, "", "客户投诉站前支行贷款窗口长时间无人，多次询问无人答复，要求负责人回电。",
         channel=Channel.REGULATOR, severity=Severity.SERIOUS),
    Open(1, "", "客户建议海城中街支行延长周末营业时间，方便外出务工人员办理业务。", channel=Channel.ONLINE),
    Open(1, BEIGUAN, "客户称在海城北关支行汇款未到账，请协助查询款项去向。", INQUIRY, "B07", "C02",
         steps=(_note,)),
    Open(2, XILIU, "客户投诉海城西柳支行排队一个多小时，窗口只开两个，大堂无人疏导。", COMPLAINT, "B01", "C01",
         steps=(_note,)),
    Open(14, ZHONGJIE, "客户称在海城中街支行自动取款机取款未吐钞而账户已扣款，请协查并回复。", INQUIRY, "B02", "C03"),
    Open(12, XILIU, "客户投诉海城西柳支行代收的费用重复扣款，涉及外地收款单位，要求退回。", COMPLAINT, "B06", "C02",
         severity=Severity.SERIOUS, steps=(_note, _extend)),
    Open(13, BEIGUAN, "客户投诉海城北关支行办理异地托收拖延，材料被多次退回。", COMPLAINT, "B07", "C02", steps=(_ask,)),
    Open(5, ZHONGJIE, "客户投诉海城中街支行系统故障，等候两小时后被告知次日再来。", COMPLAINT, "B01", "C03",
         steps=(_note, _write)),
    Open(9, XILIU, "客户投诉海城西柳支行柜员办理挂失时语气生硬，未一次告知所需证件。", COMPLAINT, "B02", "C01",
         steps=(_note, _answer, _judge)),
    Open(8, BEIGUAN, "客户对海城北关支行一张取款凭条上的签名有疑问，否认系本人所签。", COMPLAINT, "B01", "C08",
         severity=Severity.GRAVE, steps=(_appraise,)),
    Open(3, XILIU, "客户来电表扬海城西柳支行大堂经理搀扶腿脚不便的老人，并代为叫号。", PRAISE, "B99", "C01",
         steps=(_close,)),
    Open(2, ZHONGJIE, "客户询问海城中街支行补卡进度，称已等待一周，无人告知结果。", INQUIRY, "B02", "C02",
         steps=(_escalate,)),
)  # fmt: skip


@transaction.atomic
def letters_open(branch: Unit, today: date) -> None:
    """Take these letters in and bring each to its state, unless it was done before."""
    if Letter.objects.filter(branch=branch, reference__startswith=PREFIX).exists():
        return
    names = ("fuwuban", "fuwuban2", "zhihang")
    office = Office(*(User.objects.get(username=name) for name in names))
    units = {unit.code: unit for unit in Unit.objects.filter(branch=branch)}
    for number, one in enumerate(OPEN, 1):
        letter = _received(branch, number, one, today, office)
        if one.kind:
            letter = _assigned(letter, one, units[one.unit], office)
        for step in one.steps:
            step(letter, office)
            letter.refresh_from_db()


def _received(branch: Unit, number: int, one: Open, today: date, office: Office) -> Letter:
    """The customers are nobody: a solar term for a name, a number that no network gives out."""
    name, phone = SURNAMES[number] + GIVEN[number], f"1380000{number:04d}"
    at = datetime.combine(today - timedelta(days=one.days), time(8, number))
    facts = LetterFacts(
        reference=f"{PREFIX}{number:02d}",
        channel=one.channel,
        source=Letter.Source.FORM,
        received_at=min(timezone.make_aware(at), timezone.now()),
        body=f"客户{name}（电话{phone}）来电。{one.text}",
        customer_name=name,
        customer_phone=phone,
    )
    return letter_take_in(branch=branch, facts=facts, actor=office.first).letter


def _assigned(letter: Letter, one: Open, unit: Unit, office: Office) -> Letter:
    found = Classification(
        kind=one.kind,
        channel=one.channel,
        severity=one.severity,
        unit=unit,
        business=one.business,
        cause=one.cause,
    )
    return letter_triage(letter=letter, found=found, handler=office.head, actor=office.first)
