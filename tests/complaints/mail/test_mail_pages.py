"""The pages of mail and of its patterns: what they show, refuse and do."""

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.jobs import job_run
from accounts.models import AuditEntry, Job
from complaints.mail.reader import MailReader
from complaints.models import ExtractionPattern, Letter, Mail
from complaints.selectors.patterns import patterns_mark, patterns_of
from complaints.services.fetching import FETCH, REPLAY
from complaints.services.mail import Arrival, mail_take
from tests.complaints.mail.builder import file_part, letter_text, mail, multipart, part, word

ODD = "您好，顾客【刘芳】（13841239999）反映：甲二网点机器吞折。单据 KF-2011-0415-88"
NAMELESS = "单据 KF-2011-0415-88\n办理地点 甲二网点，机器吞折。"


@pytest.fixture
def client(cast):
    one = Client()
    one.force_login(cast.service_office)
    return one


@pytest.fixture
def take(org):
    """A function that takes mails in; the last row."""

    def taken(*raws: bytes) -> Mail:
        with MailReader() as reader:
            kept = [
                mail_take(branch=org.branch, arrival=Arrival(r), reader=reader)[0] for r in raws
            ]
        return kept[-1]

    return taken


def letter(number: int) -> bytes:
    return mail(
        part(letter_text(number), "gbk"), subject=word("客户王建国 13841230001 投诉", "gbk")
    )


def odd(number: int = 0) -> bytes:
    return mail(part(f"{NAMELESS}（{number}）"), subject=word("客户刘芳 来电反映", "gbk"))


def text_of(response) -> str:
    return str(response.content.decode())


# The list


def test_without_mail_it_says_what_to_do(client):
    assert "fetch_letters --folder" in text_of(client.get("/letters/mail/"))


def test_the_list_opens_with_what_waits_and_counts_everything(client, take):
    take(letter(1), letter(2), letter(2), odd())
    page = text_of(client.get("/letters/mail/"))
    assert "共收到 4 封：已成来信 2，待人工处理 1，重复邮件 1，自动邮件 0" in page
    assert "没有认出" in page
    assert page.count('class="ml-subject"') == 1
    assert text_of(client.get("/letters/mail/?state=ALL")).count('class="ml-subject"') == 4
    assert "没有这一类邮件" in text_of(client.get("/letters/mail/?state=IGNORED"))


def test_nothing_names_the_customer(client, take):
    kept = take(letter(1), odd())
    for url in ("/letters/mail/?state=ALL", f"/letters/mail/{kept.pk}/"):
        page = text_of(client.get(url))
        assert "王建国" not in page
        assert "刘芳" not in page
        assert "13841230001" not in page


def test_the_list_takes_the_same_number_of_queries_however_long_it_is(client, take):
    client.get("/letters/mail/")
    counts = []
    for mails in (1, 3):
        take(*(odd(10 * mails + n) for n in range(mails)))
        with CaptureQueriesContext(connection) as queries:
            client.get("/letters/mail/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_everything_that_waits_is_read_again_as_a_job(org, client, take, cast):
    kept = take(odd(1), odd(2))
    patterns = patterns_of(org.branch) | {
        "unit": [r"办理地点 (\S+?)，"],
        "reference": [r"（(\d)）"],
    }
    ExtractionPattern.objects.bulk_create(
        ExtractionPattern(branch=org.branch, field=field, position=place, pattern=one)
        for field, own in patterns.items()
        for place, one in enumerate(own)
    )
    assert client.post("/letters/mail/replay/").url == "/letters/mail/"
    job = Job.objects.get(kind=REPLAY)
    assert job.requested_by == cast.service_office
    assert "任务进度" in text_of(client.get("/letters/mail/"))
    job_run(job.pk)
    job.refresh_from_db()
    assert job.result == {"states": {"TAKEN": 2}}
    kept.refresh_from_db()
    assert kept.letter.unit == org.a2


def test_fetching_needs_a_mailbox_of_the_branch(org, client, settings):
    client.post("/letters/mail/fetch/")
    settings.MAIL_IMAP_URL, settings.MAIL_IMAP_UNIT = "imaps://127.0.0.1", "BX"
    assert "立即取信" not in text_of(client.get("/letters/mail/"))
    client.post("/letters/mail/fetch/")
    assert not Job.objects.exists()
    settings.MAIL_IMAP_UNIT = "AS"
    assert "立即取信" in text_of(client.get("/letters/mail/"))
    client.post("/letters/mail/fetch/")
    assert Job.objects.get().kind == FETCH


# One mail


def test_a_letter_leads_to_its_letter_and_files_are_marked(client, take):
    kept = take(mail(multipart(part(letter_text(3)), file_part(b"filename=a.exe", b"MZ"))))
    page = text_of(client.get(f"/letters/mail/{kept.pk}/"))
    assert f"/letters/{kept.letter_id}/" in page
    assert "是可执行文件" in page
    assert "登记为来信" not in page


def test_a_mail_whose_original_is_gone(client, take):
    kept = take(odd())
    default_storage.delete(kept.file)
    assert "原件无法打开" in text_of(client.get(f"/letters/mail/{kept.pk}/"))
    assert client.post(f"/letters/mail/{kept.pk}/replay/").status_code == 302
    refused = client.post(f"/letters/mail/{kept.pk}/raw/", {"reason": "核对"})
    assert (refused.status_code, "请联系系统管理员" in text_of(refused)) == (409, True)


def test_a_mail_whose_years_are_over(client, take):
    kept = take(odd())
    Mail.objects.filter(pk=kept.pk).update(file="", subject="", sender="")
    for path in ("", "letter/"):
        page = client.get(f"/letters/mail/{kept.pk}/{path}")
        assert (page.status_code, "按保存期限删除" in text_of(page)) == (200, True)
    assert client.post(f"/letters/mail/{kept.pk}/letter/", filled()).status_code == 422
    assert client.post(f"/letters/mail/{kept.pk}/raw/", {"reason": "核对"}).status_code == 409


def test_reading_again_says_what_came_of_it(client, take):
    kept = take(odd())
    page = client.post(f"/letters/mail/{kept.pk}/replay/", follow=True)
    assert "仍须人工处理" in text_of(page)
    assert AuditEntry.objects.filter(event="letter.mail_replay").exists()


def test_the_original_needs_a_reason(client, take):
    kept = take(letter(4))
    refused = client.post(f"/letters/mail/{kept.pk}/raw/", {"reason": " "})
    assert (refused.status_code, "请写明原因" in text_of(refused)) == (422, True)
    given = client.post(f"/letters/mail/{kept.pk}/raw/", {"reason": "核对附件"})
    assert given.content == letter(4)
    assert given["Content-Type"] == "message/rfc822"
    assert given["Cache-Control"] == "private, no-store"
    assert given["Content-Disposition"] == f'attachment; filename="mail-{kept.pk}.eml"'
    assert client.get(f"/letters/mail/{kept.pk}/raw/").status_code == 405


def test_a_mail_is_put_away(client, take):
    kept = take(odd())
    refused = client.post(f"/letters/mail/{kept.pk}/ignore/", {"why": "BECAUSE"})
    assert refused.status_code == 422
    assert client.post(f"/letters/mail/{kept.pk}/ignore/", {"why": "AD"}).status_code == 302
    again = client.post(f"/letters/mail/{kept.pk}/ignore/", {"why": "AD"}, follow=True)
    assert "不能忽略" in text_of(again)


# By hand


def filled(**kw: object) -> dict[str, object]:
    return {
        "channel": "HOTLINE", "kind": "COMPLAINT", "received_at": "2011-04-15T10:00", "business": "",
    } | kw  # fmt: skip


def test_a_letter_made_by_hand(org, client, take):
    kept = take(mail(part(ODD)), odd())
    url = f"/letters/mail/{kept.pk}/letter/"
    page = text_of(client.get(url))
    assert "留空则用邮件里的“刘**”" in page
    assert "甲一网点" in page
    assert "别处分行" not in page
    done = client.post(url, filled(reference="KF-1", unit=org.a2.pk, customer_phone="13841239999"))
    assert done.url == f"/letters/mail/{kept.pk}/"
    made = Letter.objects.get(reference="KF-1")
    assert (made.unit, made.customer_name, made.customer_phone) == (org.a2, "刘芳", "13841239999")
    assert made.body.startswith("单据 KF-2011")
    assert client.get(url).status_code == 302


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"received_at": ""}, "必填"),
        ({"received_at": "2031-01-01T00:00"}, "受理时间不能在将来"),
        ({"reference": "号 !"}, "工单号为3至40个"),
        ({"reference": "GD201104150005"}, "已经登记过"),
        ({"kind": "OTHER"}, "选择一个有效的选项"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(client, take, given, said):
    kept = take(letter(5), odd())
    refused = client.post(f"/letters/mail/{kept.pk}/letter/", filled(**given))
    assert (refused.status_code, said in text_of(refused)) == (422, True)
    assert Mail.objects.get(pk=kept.pk).state == "SET_ASIDE"


def test_a_unit_of_another_branch_is_none(org, client, take):
    kept = take(odd())
    refused = client.post(f"/letters/mail/{kept.pk}/letter/", filled(unit=org.other.pk))
    assert refused.status_code == 422


# Patterns


def posted(org, **kw: object) -> dict[str, object]:
    patterns = patterns_of(org.branch)
    return patterns | {"seen": patterns_mark(patterns)} | kw


def test_the_patterns_are_shown_saved_and_reset(org, client):
    page = text_of(client.get("/letters/patterns/"))
    assert "现在用的是系统自带的模式" in page
    assert "恢复自带" not in page
    done = client.post("/letters/patterns/", posted(org, phone=[r"致电(\d+)", "", " "]))
    assert done.status_code == 302
    assert patterns_of(org.branch)["phone"] == [r"致电(\d+)"]
    assert "恢复自带" in text_of(client.get("/letters/patterns/"))
    client.post("/letters/patterns/reset/")
    assert not ExtractionPattern.objects.exists()


def test_what_was_typed_stays_when_it_is_refused(org, client):
    refused = client.post("/letters/patterns/", posted(org, phone=["(电话"]))
    page = text_of(refused)
    assert refused.status_code == 422
    assert "第1条：写法有误：第4个字处缺少右括号" in page
    assert ">(电话</textarea>" in page


def test_who_saves_later_is_told(org, client):
    late = posted(org, phone=[r"致电(\d+)"])
    client.post("/letters/patterns/", posted(org, name=[r"名叫(\S+)"]))
    refused = client.post("/letters/patterns/", late)
    assert (refused.status_code, "他人刚刚改过" in text_of(refused)) == (422, True)


def test_patterns_are_tried_on_a_pasted_text_and_nothing_is_kept(org, client):
    text = letter_text(6) + "\n致电24681012"
    tried = client.post("/letters/patterns/try/", posted(org, text=text, phone=[r"致电(\d+)"]))
    page = text_of(tried)
    assert "能自动成为来信" in page
    assert "24681012" in page
    assert "甲支行" not in page
    assert "甲一网点" in page
    assert not ExtractionPattern.objects.exists()
    assert not Mail.objects.exists()


def test_patterns_are_tried_on_a_mail_whose_customer_stays_masked(org, client, take):
    kept = take(mail(part("单据号码甲乙丙。刘芳女士，致电13841239999。")))
    given = posted(org, mail=kept.pk, phone=[r"致电(\d+)"], name=[r"。(\S{2})女士"])
    page = text_of(client.post("/letters/patterns/try/", given))
    assert "刘**" in page
    assert "138****9999" in page
    assert "刘芳" not in page
    assert "13841239999" not in page


def test_trying_says_what_is_wrong(org, client, take):
    def tried(**kw: object) -> str:
        return text_of(client.post("/letters/patterns/try/", posted(org, **kw)))

    assert "电话：第1条：写法有误" in tried(text="x", phone=["(a"])
    assert "不能自动成为来信：按现行提取模式没有认出" in tried(text="您好")
    assert tried(text=" ").strip() == ""
    kept = take(odd())
    default_storage.delete(kept.file)
    assert "这封邮件无法打开" in tried(mail=kept.pk)


def test_a_mail_of_another_branch_cannot_be_tried(org, client):
    with MailReader() as reader:
        foreign, _ = mail_take(branch=org.other, arrival=Arrival(odd()), reader=reader)
    assert client.post("/letters/patterns/try/", posted(org, mail=foreign.pk)).status_code == 404


def test_times_of_the_list_are_local(client, take):
    kept = take(odd())
    shown = timezone.localtime(kept.received_at).strftime("%Y-%m-%d %H:%M")
    assert shown in text_of(client.get("/letters/mail/"))
