import io

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from accounts.models import AuditEntry
from complaints.models import Letter
from tests.complaints.letters import BODY, CARD, IDENTITY, NAME, PHONE, make_letter
from tests.complaints.lived import live
from tests.factories import make_staff

URL = "/letters/subject/"
GROUND = "本人持身份证到柜台申请"
OTHER_PHONE = "13900001111"


@pytest.fixture
def client(cast):
    client = Client()
    client.force_login(cast.service_office)
    return client


def sheets(response):
    assert response.status_code == 200, response.content.decode()
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def ask(client, number=PHONE, **kw):
    return client.post(URL, {"number": number, "reason": GROUND} | kw)


def letters(response):
    head, *rows = sheets(response)["来信"]
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.parametrize("number", [PHONE, f"+86 {PHONE}", CARD, IDENTITY, IDENTITY.lower()])
def test_everything_about_the_person_by_any_of_their_numbers(org, client, number):
    make_letter(branch=org.branch, reference="S1", unit=org.a1)
    (row,) = letters(ask(client, number))
    assert (row["工单号"], row["与本人的关系"], row["涉及机构"]) == ("S1", "本人来信", "甲一网点")
    assert (row["姓名"], row["电话"], row["卡号或账号"], row["证件号"]) == (
        NAME,
        PHONE,
        CARD,
        IDENTITY,
    )
    assert row["内容"] == BODY


def test_what_was_done_with_it(org, cast, client):
    lived = live(org, cast)
    book = sheets(ask(client))
    references = {row[0] for row in book["来信"][1:]}
    assert references == {lived.letter.reference, lived.mailed.reference}
    assert {"收到", "告知处理决定", "办结", "查看客户信息"} <= {row[2] for row in book["过程"][1:]}
    assert {row[2] for row in book["办理记录"][1:]} == {"调查记录", "备注", "网点说明", "回访记录"}
    assert len(book["答复"]) == 2
    assert len(book["附件"]) == 2
    people = {user.name for user in vars(cast).values()}
    cells = {str(cell) for rows in book.values() for row in rows[1:] for cell in row}
    assert not people & cells


def test_nothing_about_other_people(org, client):
    make_staff(unit=org.a1, name="李静")
    make_letter(
        branch=org.branch, reference="OWN", customer_card="", customer_identity="",
        body=f"本人{NAME}{PHONE}与邻居{OTHER_PHONE}同去，柜员李静态度生硬",
    )  # fmt: skip
    make_letter(
        branch=org.branch, reference="OTHER", customer_name="赵铁柱", customer_phone=OTHER_PHONE,
        customer_card="", customer_identity="", body=f"赵铁柱反映：把钱误转给{PHONE}，本人电话{OTHER_PHONE}",
    )  # fmt: skip
    make_letter(branch=org.other, reference="ELSEWHERE")
    response = ask(client)
    rows = {row["工单号"]: row for row in letters(response)}
    assert set(rows) == {"OWN", "OTHER"}
    assert rows["OWN"]["内容"] == f"本人{NAME}{PHONE}与邻居139****1111同去，柜员李**态度生硬"
    assert rows["OTHER"]["与本人的关系"] == "他人来信中提及本人号码"
    assert rows["OTHER"]["内容"] == f"赵**反映：把钱误转给{PHONE}，本人电话139****1111"
    assert rows["OTHER"]["姓名"] == rows["OTHER"]["电话"] == ""
    events = sheets(response)["过程"]
    assert {row[0] for row in events[1:]} == {"OWN"}


def test_people_who_share_a_number_are_kept_apart(org, client):
    for name in (NAME, "赵铁柱"):
        make_letter(branch=org.branch, customer_name=name, body=f"{name}来电")
    refused = ask(client)
    assert refused.status_code == 422
    assert "有2位客户用过这个号码" in refused.content.decode()
    rows = letters(ask(client, name=NAME))
    assert [(row["与本人的关系"], row["内容"]) for row in rows] == [
        ("他人来信中提及本人号码", "赵**来电"),
        ("本人来信", f"{NAME}来电"),
    ]


def test_it_is_on_the_record_without_the_number(org, cast, client):
    make_letter(branch=org.branch, reference="S1")
    ask(client, name=NAME, reason=f"{NAME} {PHONE} 申请查阅")
    entry = AuditEntry.objects.get(event="letter.subject_export")
    assert (entry.actor, entry.subject) == (cast.service_office, "1 封来信")
    assert entry.detail == {"reason": "王** 138****5678 申请查阅", "letters": ["S1"]}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"number": ""}, "必填"),
        ({"number": "12345"}, "请输入完整的号码"),
        ({"number": "13999999999"}, "没有找到这个号码的来信"),
        ({"reason": ""}, "请写明依据"),
    ],
)
def test_what_cannot_be_asked(org, client, given, problem):
    make_letter(branch=org.branch)
    response = client.post(URL, {"number": PHONE, "reason": GROUND} | given)
    assert response.status_code == 422
    assert problem in response.content.decode()
    assert not AuditEntry.objects.filter(event="letter.subject_export").exists()


def test_letters_whose_years_are_over_hold_nothing_to_give(org, client):
    letter = make_letter(branch=org.branch)
    letter.numbers.all().delete()
    assert ask(client).status_code == 422
    assert Letter.objects.count() == 1


def test_only_the_office(cast, client):
    assert client.get(URL).status_code == 200
    assert client.put(URL).status_code == 405
    client.force_login(cast.leadership)
    assert client.post(URL).status_code == 403
