"""What becomes of a mail, and what people do with those that wait for them."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import OperationalError, connections, transaction

from accounts.models import AuditEntry
from complaints.mail.extract import DEFAULTS
from complaints.mail.reader import MailReader
from complaints.models import Attachment, ExtractionPattern, Letter, LetterEvent, Mail
from complaints.sealed_files import file_unseal
from complaints.selectors.mail import mail_counts, mails_visible_to
from complaints.selectors.patterns import patterns_mark, patterns_of
from complaints.services import mail as services
from complaints.services.mail import (
    Arrival,
    HandMade,
    MailMoved,
    mail_ignore,
    mail_make_letter,
    mail_raw,
    mail_replay,
    mail_take,
)
from complaints.services.patterns import patterns_reset, patterns_set
from complaints.services.refusals import ActRefused
from tests.complaints.mail.builder import file_part, letter_text, mail, multipart, part, word

PDF = b"%PDF-1.4\n%%EOF\n"
ODD = "单据 KF-2011-0415-88\n顾客【刘芳】\n联络 13841239999\n办理地点 甲二网点，机器吞折。"
NO_LETTER = mail(part("大家好，明天下午两点开会，请准时参加。"))


@pytest.fixture
def reader():
    with MailReader() as one:
        yield one


@pytest.fixture
def take(org, reader):
    """A function that takes a mail in."""

    def taken(raw: bytes, origin: str = "", size: int = 0) -> Mail:
        return mail_take(branch=org.branch, arrival=Arrival(raw, origin, size), reader=reader)[0]

    return taken


@pytest.fixture
def office(cast):
    return cast.service_office


def letter(number: int = 1, *files: bytes) -> bytes:
    text = part(letter_text(number), "gbk", "base64")
    return mail(multipart(text, *files), subject=word("投诉工单", "gbk"))


def test_a_letter_has_what_its_mail_said(org, take):
    kept = take(letter(7, file_part(b"filename=a.pdf", PDF)))
    made = kept.letter
    assert (kept.state, kept.reason, kept.original) == ("TAKEN", "", None)
    assert (made.reference, made.kind, made.channel) == ("GD201104150007", "COMPLAINT", "HOTLINE")
    assert (made.source, made.unit, made.business) == (Letter.Source.MAIL, org.a1, "B02")
    assert (made.customer_name, made.customer_phone) == ("王建国", "13841230007")
    assert "王建国" not in made.text
    assert "13841230007" not in made.text
    assert made.due_on is not None
    (file,) = made.attachments.all()
    assert (file.kind, file.name, file.uploaded_by) == (Attachment.Kind.RECEIVED, "a.pdf", None)
    assert file_unseal(file.file) == PDF
    assert file_unseal(kept.file) == letter(7, file_part(b"filename=a.pdf", PDF))


def test_the_same_origin_is_the_row_there_is(org, reader, take):
    first = take(letter(), origin="a")
    again, is_new = mail_take(branch=org.branch, arrival=Arrival(letter(), "a"), reader=reader)
    assert (again, is_new) == (first, False)
    assert Mail.objects.count() == 1
    assert take(letter(), origin="b").original == first


def test_another_branch_takes_the_same_mail_for_itself(org, reader, take):
    take(letter(), origin="a")
    other, is_new = mail_take(branch=org.other, arrival=Arrival(letter(), "a"), reader=reader)
    assert (other.state, is_new, other.letter.unit) == ("TAKEN", True, None)


def test_two_duplicates_are_both_of_the_first(take):
    first = take(letter())
    assert take(letter()).original == take(letter()).original == first


def files() -> int:
    """How many sealed files there are."""
    found = 0
    for folder in ("letters/mail", "letters/attachments"):
        if default_storage.exists(folder):
            found += len(default_storage.listdir(folder)[1])
    return found


def test_when_the_database_goes_away_nothing_stays(take, monkeypatch):
    before = files()

    def goes_away(*_: object, **__: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(Mail, "save", goes_away)
    with pytest.raises(OperationalError), transaction.atomic():
        take(letter())
    assert (Mail.objects.count(), Letter.objects.count()) == (0, 0)
    assert files() - before <= 0


def test_a_fault_while_the_letter_is_made_sets_the_mail_aside(take, monkeypatch):
    before = files()

    def breaks(letter: Letter, file: object, stored: list[str]) -> str:
        raise ValueError("broken")

    monkeypatch.setattr(services, "_attach", breaks)
    kept = take(letter(1, file_part(b"filename=a.pdf", PDF)))
    assert (kept.state, kept.letter) == ("SET_ASIDE", None)
    assert kept.reason == "登记来信时出错，请手工登记"
    assert Letter.objects.count() == 0
    assert files() - before == 1


def test_files_that_are_refused_are_told_and_named_by_their_place_only(take):
    kept = take(
        letter(
            1,
            file_part(b"filename=a.pdf", PDF),
            file_part('filename="王建国.exe"'.encode(), b"MZ"),
            file_part(b"filename=b.dat", b"\x00\x01"),
        )
    )
    assert (
        kept.reason
        == "第2个附件未存入来信：是可执行文件；第3个附件未存入来信：类型不在可收之列，或已损坏"
    )
    assert kept.letter.attachments.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_the_same_mail_make_one_letter(transactional_db, org):
    results: list[str] = []

    def run(number: int) -> None:
        try:
            with MailReader() as reader:
                kept, _ = mail_take(branch=org.branch, arrival=Arrival(letter()), reader=reader)
            results.append(kept.state)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["DUPLICATE", "DUPLICATE", "DUPLICATE", "TAKEN"]
    assert Letter.objects.count() == 1


# By hand


def corrected(branch, actor, **fields: list[str]) -> None:
    patterns = patterns_of(branch)
    seen = patterns_mark(patterns)
    patterns_set(branch=branch, patterns=patterns | fields, seen=seen, actor=actor)


def test_a_mail_is_read_again_by_corrected_patterns(org, office, take, reader):
    odd = mail(part(ODD.replace("13841239999", "见附")))
    kept = take(odd)
    assert kept.state == "SET_ASIDE"
    assert mail_replay(mail=kept, actor=office, reader=reader).state == "SET_ASIDE"
    corrected(org.branch, office, reference=[r"单据\s*([A-Z0-9-]+)"], unit=[r"办理地点\s*(\S+?)[，,]"],
              name=[r"顾客【(\S+?)】"])  # fmt: skip
    done = mail_replay(mail=kept, actor=office, reader=reader)
    assert (done.state, done.letter.reference) == ("TAKEN", "KF-2011-0415-88")
    assert (done.letter.unit, done.letter.customer_name) == (org.a2, "刘芳")
    assert (done.handled_by, done.handled_at is not None) == (office, True)
    with pytest.raises(MailMoved, match="已成来信"):
        mail_replay(mail=kept, actor=office, reader=reader)


def test_a_letter_is_made_of_any_mail_but_one_that_is_a_letter(org, office, take, reader):
    take(letter())
    duplicate = take(letter())
    ignored = take(mail(part(letter_text(2)), extra=b"Auto-Submitted: auto-replied\r\n"))
    for number, kept in enumerate((duplicate, ignored, take(NO_LETTER))):
        made = HandMade(reference=f"HAND-{number}", channel="VISIT", kind="PRAISE", unit=org.b1)
        done = mail_make_letter(mail=kept, made=made, actor=office, reader=reader)
        assert (done.state, done.letter.reference) == ("TAKEN", f"HAND-{number}")
        assert (done.letter.unit, done.letter.kind) == (org.b1, "PRAISE")
    assert duplicate.original is not None
    with pytest.raises(MailMoved):
        mail_make_letter(mail=kept, made=HandMade(), actor=office, reader=reader)


def test_what_is_left_empty_is_the_mails_own(org, office, take, reader):
    take(letter())
    other = letter_text(1, tail="又及。")
    kept = take(mail(multipart(part(other), file_part(b"filename=a.pdf", PDF))))
    assert "已经登记过" in kept.reason
    with pytest.raises(ValidationError, match="已经登记过"):
        mail_make_letter(
            mail=kept, made=HandMade(reference="GD201104150001"), actor=office, reader=reader
        )
    assert Mail.objects.get(pk=kept.pk).state == "SET_ASIDE"
    done = mail_make_letter(mail=kept, made=HandMade(), actor=office, reader=reader)
    made = done.letter
    assert (made.body, made.customer_name) == (other, "王建国")
    assert made.reference.startswith("LX")
    assert made.attachments.count() == 1


def test_a_text_must_be_typed_where_there_is_none(office, take, reader):
    kept = take(mail(b"\r\n"))
    with pytest.raises(ValidationError, match="没有可用的正文"):
        mail_make_letter(mail=kept, made=HandMade(), actor=office, reader=reader)
    done = mail_make_letter(
        mail=kept, made=HandMade(body="客户来函称", channel="POST"), actor=office, reader=reader
    )
    assert done.letter.body == "客户来函称"


def test_a_mail_that_is_no_letter_is_put_away_and_kept(office, take):
    kept = take(NO_LETTER)
    done = mail_ignore(mail=kept, why="OTHER", actor=office)
    assert (done.state, done.reason) == ("IGNORED", "人工忽略：与来信无关")
    assert file_unseal(done.file) == NO_LETTER
    with pytest.raises(MailMoved):
        mail_ignore(mail=take(letter()), why="AD", actor=office)


def test_the_original_is_handed_out_for_a_reason_on_record(office, take):
    kept = take(letter())
    raw = mail_raw(mail=kept, why="核对王建国（13841230001）的原件", actor=office)
    assert raw == letter()
    entry = AuditEntry.objects.get(event="letter.mail_read")
    assert (entry.actor, entry.subject) == (office, f"邮件{kept.pk}")
    said = str(entry.detail) + str(LetterEvent.objects.get(kind="REVEALED").detail)
    assert "王建国" not in said
    assert "13841230001" not in said
    assert "核对" in said


def test_the_original_of_a_letter_whose_years_are_over_is_not(office, take):
    kept = take(letter())
    kept.letter.redacted_at = kept.received_at
    with pytest.raises(ActRefused, match="脱敏归档"):
        mail_raw(mail=kept, why="核对", actor=office)


def test_every_mail_is_counted_once(office, take):
    for raw in (letter(), letter(), NO_LETTER, mail(part("x"), extra=b"X-Autoreply: 1\r\n")):
        take(raw)
    assert {one.state: one.count for one in mail_counts(office)} == {
        "TAKEN": 1, "SET_ASIDE": 1, "DUPLICATE": 1, "IGNORED": 1,
    }  # fmt: skip


def test_only_who_triages_sees_mail(cast, take):
    take(letter())
    seen = {user.role for user in vars(cast).values() if mails_visible_to(user).exists()}
    assert seen == {"SERVICE_OFFICE"}


# Patterns


def test_patterns_are_the_shipped_ones_until_somebody_changes_them(org, office):
    assert patterns_of(org.branch) == {field: list(own) for field, own in DEFAULTS.items()}
    corrected_list = [*DEFAULTS["phone"][::-1], r"致电(\d+)"]
    seen = patterns_mark(patterns_of(org.branch))
    changed = patterns_of(org.branch) | {"phone": corrected_list}
    patterns_set(branch=org.branch, patterns=changed, seen=seen, actor=office)
    assert patterns_of(org.branch) == changed
    assert patterns_of(org.other) != changed
    assert AuditEntry.objects.get(event="letter.patterns").detail == {"items": ["电话"]}
    assert patterns_reset(branch=org.branch, actor=office) is True
    assert patterns_reset(branch=org.branch, actor=office) is False
    assert patterns_of(org.branch) == {field: list(own) for field, own in DEFAULTS.items()}


def test_saving_what_is_there_writes_nothing(org, office):
    same = patterns_of(org.branch)
    patterns_set(branch=org.branch, patterns=same, seen=patterns_mark(same), actor=office)
    assert not ExtractionPattern.objects.exists()


def test_who_saves_later_learns_that_somebody_was_faster(org, office):
    seen = patterns_mark(patterns_of(org.branch))
    corrected(org.branch, office, phone=[r"致电(\d+)"])
    with pytest.raises(ValidationError, match="他人刚刚改过"):
        patterns_set(branch=org.branch, patterns=patterns_of(org.branch), seen=seen, actor=office)


@pytest.mark.parametrize(
    ("phone", "said"),
    [([], "至少要有一条"), ([r"(a"], "第1条：写法有误"), ([r"\d+"] * 13, "最多12条"),
     ([r"\d+", r"(a|aa)+b"], "第2条：模式在普通文字上")],
)  # fmt: skip
def test_patterns_that_cannot_be_used_are_named_and_nothing_is_saved(org, office, phone, said):
    seen = patterns_mark(patterns_of(org.branch))
    changed = patterns_of(org.branch) | {"phone": phone}
    with pytest.raises(ValidationError) as refused:
        patterns_set(branch=org.branch, patterns=changed, seen=seen, actor=office)
    assert said in refused.value.message_dict["phone"][0]
    assert not ExtractionPattern.objects.exists()
