import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection

from accounts.jobs import HANDLERS, Progress
from accounts.models import Job
from complaints.models import Attachment, Letter, Mail
from complaints.sealed_files import file_unseal
from complaints.sealing import CIPHERS, SealBroken, seal_head
from complaints.services import rotation
from complaints.services.rotation import ROTATE, keys_rotate, rotation_request, sealed_columns
from tests.complaints.letters import NAME, make_letter, make_letters
from tests.complaints.lived import TOLD, live

OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture(autouse=True)
def _old_key(settings):
    settings.FIELD_KEYS = {1: OLD}


@pytest.fixture
def turn(settings):
    """The installation gets a new key and another cipher."""

    def do(*, keep: bool) -> None:
        settings.FIELD_KEYS = {2: NEW, 1: OLD} if keep else {2: NEW}
        settings.FIELD_CIPHER = "SM4-GCM"

    return do


def heads() -> set[bytes]:
    """How everything sealed in the database begins."""
    found = set()
    with connection.cursor() as cursor:
        for model, fields in sealed_columns():
            for field in fields:
                column = f'substring("{field.column}" FOR 2)'
                cursor.execute(f"SELECT DISTINCT {column} FROM {model._meta.db_table}")
                found |= {bytes(head) for (head,) in cursor.fetchall() if head is not None}
    return found


def test_every_sealed_column_is_found():
    held = {model.__name__: {field.name for field in fields} for model, fields in sealed_columns()}
    assert held["Letter"] >= {
        "body",
        "customer_name",
        "customer_phone",
        "customer_card",
        "customer_identity",
    }
    assert {"LetterNote", "Reply", "Responsibility", "Attachment", "Mail"} <= set(held)


def test_everything_is_sealed_with_the_new_key_and_the_old_one_can_go(org, cast, turn):
    lived = live(org, cast)
    history = Letter._meta.get_field("history").related_model.objects.count()
    turn(keep=True)
    done = keys_rotate()
    assert done.broken == 0
    assert done.files == Attachment.objects.count() + Mail.objects.count() == 2
    turn(keep=False)
    assert heads() == {seal_head()} == {bytes([2, CIPHERS["SM4-GCM"]])}
    lived.letter.refresh_from_db()
    assert lived.letter.customer_name == NAME
    assert {note.body for note in lived.letter.notes.all()} == {TOLD}
    assert file_unseal(lived.letter.attachments.get().file).decode() == TOLD
    assert b"From: " in file_unseal(Mail.objects.get().file)
    assert Letter._meta.get_field("history").related_model.objects.count() == history
    again = keys_rotate()
    assert (again.values, again.files) == (0, 0)


def test_it_goes_on_where_it_was_interrupted(org, turn, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 2)
    make_letters(5, branch=org.branch)
    turn(keep=True)
    batch, calls = rotation._batch_reseal, []

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return batch(*arguments)

    monkeypatch.setattr(rotation, "_batch_reseal", interrupted)
    with pytest.raises(KeyboardInterrupt):
        keys_rotate()
    monkeypatch.setattr(rotation, "_batch_reseal", batch)
    assert len(heads()) == 2
    keys_rotate()
    assert heads() == {seal_head()}
    assert {one.customer_name for one in Letter.objects.all()} == {NAME}


def test_what_cannot_be_opened_stays_and_is_counted(org, turn, capsys):
    letter = make_letter(branch=org.branch)
    make_letter(branch=org.branch)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE complaints_letter SET body = customer_name WHERE id = %s", [letter.pk]
        )
    turn(keep=True)
    with pytest.raises(SystemExit):
        call_command("rotate_keys")
    out, err = capsys.readouterr()
    assert "重新加密 9 项内容" in out
    assert "1 项无法解开" in err
    with pytest.raises(SealBroken):
        Letter.objects.get(pk=letter.pk)


def test_a_file_that_is_gone_is_counted(org, cast, turn):
    lived = live(org, cast)
    default_storage.delete(lived.letter.attachments.get().file)
    turn(keep=True)
    assert keys_rotate().broken == 1


def test_the_command_says_when_the_old_key_can_go(org, turn, capsys):
    make_letter(branch=org.branch)
    turn(keep=True)
    call_command("rotate_keys")
    assert capsys.readouterr().out.splitlines() == [
        "重新加密 5 项内容、0 个文件",
        "全部内容都用现行密钥加密，旧密钥可以移除",
    ]


def test_as_a_job(org, turn, capsys):
    make_letter(branch=org.branch)
    turn(keep=True)
    call_command("rotate_keys", queue=True)
    job = Job.objects.get(kind=ROTATE)
    assert f"任务 {job.pk}" in capsys.readouterr().out
    assert rotation_request(actor=None).pk == job.pk
    progress = Progress()
    assert HANDLERS[ROTATE](job, progress) == {"values": 5, "files": 0, "broken": 0}
    assert progress.percent == 90
