"""Letters for tests, made through the services."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from complaints.models import Channel, Letter
from complaints.services.letters import LetterFacts, letter_receive, letters_receive
from outlets.models import Unit

NAME, PHONE, CARD, IDENTITY = "王小明", "13812345678", "6222021234567890123", "21030219800101123X"
BODY = f"客户{NAME}（电话{PHONE}，卡号{CARD}，身份证{IDENTITY}）反映：2011年4月30日在网点排队两小时，柜员态度生硬。"


def facts(**kw: Any) -> LetterFacts:
    """A letter of 王小明 about waiting and manners."""
    given: dict[str, Any] = {
        "channel": Channel.HOTLINE,
        "source": Letter.Source.FORM,
        "received_at": datetime(2011, 4, 30, 10, tzinfo=timezone.get_default_timezone()),
        "body": BODY,
        "customer_name": NAME,
        "customer_phone": PHONE,
        "customer_card": CARD,
        "customer_identity": IDENTITY,
    }
    return LetterFacts(**given | kw)


def make_letter(*, branch: Unit, **kw: Any) -> Letter:
    """One letter; `state` and the like are set as given, past the services."""
    columns = {name: kw.pop(name) for name in list(kw) if name not in LetterFacts.__slots__}
    letter = letter_receive(branch=branch, facts=facts(**kw), actor=None)
    if columns:
        Letter.objects.filter(pk=letter.pk).update(**columns)
        letter.refresh_from_db()
    return letter


def make_letters(count: int, *, branch: Unit, **kw: Any) -> list[Letter]:
    """So many of them at once."""
    return letters_receive(branch=branch, facts=[facts(**kw)] * count, actor=None)
