"""Invented letters to train on: what they are about is told in words the patterns do not know."""

import random
from datetime import UTC, datetime, timedelta

from complaints.models import Letter
from complaints.services.letters import letters_receive
from outlets.models import Unit
from tests.complaints.letters import facts

TOLD = {
    "COMPLAINT": ("只开一个口", "没人理我", "说话带刺", "把单子扔出来", "甩脸色", "队排到门外"),
    "PRAISE": ("帮老人填单", "追出来还钱包", "下班了还等我", "笑脸相迎", "扶我上台阶"),
    "SUGGESTION": ("再放两把椅子", "加个扶手", "叫号声音大一点", "加一台饮水机"),
    "INQUIRY": ("款项对不上", "工资哪天到", "何时到期", "名字登记错了怎么改"),
}
CAUSE_OF = {"COMPLAINT": "C01", "PRAISE": "C01", "SUGGESTION": "C03", "INQUIRY": "C02"}
PLAIN = {"COMPLAINT": "我要投诉", "PRAISE": "特此表扬", "SUGGESTION": "我建议", "INQUIRY": "请核实"}
FILLING = ("昨天上午", "我去办业务", "母亲陪同", "十点左右", "天很热", "带着孩子", "住在附近")


def texts(count: int, seed: int = 1, *, plain: bool = False) -> list[tuple[str, str]]:
    """(text, kind) of so many letters; `plain`: each says what it is in a word the patterns know."""
    rng = random.Random(seed)
    made = []
    for kind in rng.choices(list(TOLD), weights=[3, 2, 1, 4], k=count):
        parts = [*rng.sample(FILLING, 3), *([PLAIN[kind]] if plain else rng.sample(TOLD[kind], 2))]
        rng.shuffle(parts)
        made.append(("，".join(parts), kind))
    return made


def make_decided(branch: Unit, count: int, units: list[Unit], *, plain: bool = False) -> None:
    """So many closed letters, one a day; each names the unit it is about by a nickname."""
    start = datetime(2010, 1, 1, 1, tzinfo=UTC)
    letters = []
    for day, (text, kind) in enumerate(texts(count, plain=plain)):
        unit = units[day % len(units)]
        letters.append(
            facts(
                body=f"{text}，{unit.district}",
                kind=kind,
                cause=CAUSE_OF[kind],
                unit=unit,
                received_at=start + timedelta(days=day),
            )
        )
    letters_receive(branch=branch, facts=letters, actor=None)
    Letter.objects.filter(branch=branch).exclude(kind="").update(state=Letter.State.CLOSED)
