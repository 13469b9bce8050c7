"""Letters that have been through everything, with the customer named in every text there is."""

from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from complaints.mail.reader import MailReader
from complaints.mail.recognise import Ours
from complaints.models import Attachment, Letter, LetterNote, Mail
from complaints.services.attachments import attachment_add
from complaints.services.extensions import extension_ask
from complaints.services.handling import letter_call_back, letter_close, letter_recuse, note_add
from complaints.services.mail import Arrival, mail_take
from complaints.services.proceedings import new_facts_add
from complaints.services.replies import reply_draft, reply_send
from complaints.services.responsibility import (
    Verdict,
    responsibility_confirm,
    responsibility_object,
    responsibility_propose,
)
from complaints.services.reveals import customer_reveal
from tests.complaints.letters import CARD, IDENTITY, NAME, PHONE, make_letter
from tests.complaints.mail.builder import mail, part, word

TOLD = f"{NAME}的电话{PHONE}、卡号{CARD}、身份证{IDENTITY}"
REMEDIES = "如有异议，可在30日内申请核查，也可以申请调解、仲裁或提起诉讼。"
SECRETS = (NAME, PHONE, CARD, IDENTITY)


def live(org: Any, cast: Any) -> SimpleNamespace:
    """A complaint handled from end to end, and a letter that came by mail."""
    office = cast.service_office
    letter = make_letter(
        branch=org.branch,
        unit=org.a1,
        kind="COMPLAINT",
        state="ASSIGNED",
        handler=office,
        received_at=timezone.now(),
    )
    for kind in (LetterNote.Kind.INVESTIGATION, LetterNote.Kind.REMARK):
        note_add(letter=letter, kind=kind, body=TOLD, actor=office)
    note_add(letter=letter, kind=LetterNote.Kind.STATEMENT, body=TOLD, actor=cast.outlet_head)
    attachment_add(
        letter=letter, kind=Attachment.Kind.SLIP, name=f"{NAME}{PHONE}.txt",
        content=TOLD.encode(), actor=office,
    )  # fmt: skip
    new_facts_add(letter=letter, reason=f"补充：{TOLD}", actor=office)
    extension_ask(letter=letter, level="COMPLEX", reason=f"需要核对{TOLD}", actor=office)
    letter_recuse(letter=letter, reason=f"认识{TOLD}", actor=cast.department)
    customer_reveal(letter=letter, actor=office, purpose="CONTACT", reason=f"打给{TOLD}")
    _answer(org, cast, letter)
    return SimpleNamespace(letter=letter, mailed=_mailed(org))


def _answer(org: Any, cast: Any, letter: Letter) -> None:
    office = cast.service_office
    reply_draft(letter=letter, body=f"{TOLD}，您好。{REMEDIES}", actor=office)
    reply_send(letter=letter, means="电话", actor=office)
    letter_close(letter=letter, outcome=f"已向{TOLD}致歉", actor=office)
    letter_call_back(letter=letter, body=TOLD, satisfied=True, actor=office)
    finding = responsibility_propose(
        letter=letter, verdict=Verdict(finding="BANK", grounds=TOLD, unit=org.a1), actor=office
    )
    responsibility_confirm(responsibility=finding, actor=cast.leadership, opinion=TOLD)
    responsibility_object(responsibility=finding, objection=TOLD, actor=cast.outlet_head)


def _mailed(org: Any) -> Letter:
    text = (
        f"【工单编号】GD201104150001\n【工单类型】投诉\n【受理时间】2011-04-15 10:01:05\n"
        f"【客户姓名】{NAME}\n【联系电话】{PHONE}\n【涉及网点】甲一网点\n"
        f"【客户诉求】{TOLD}，在网点排队一个多小时，柜员态度生硬，要求道歉。"
    )
    raw = mail(part(text, "gbk"), subject=word(f"转办：{NAME}{PHONE}来电工单", "gbk"))
    with MailReader(Ours()) as reader:
        taken, _ = mail_take(branch=org.branch, arrival=Arrival(raw), reader=reader)
    assert taken.state == Mail.State.TAKEN, taken.reason
    assert taken.letter is not None
    return taken.letter
