"""Attachments: told by their bytes, without metadata, sealed on the disk, handed out on record."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from accounts.models import AuditEntry
from complaints.files import MAX_BYTES, plain_name
from complaints.models import Attachment
from complaints.sealing import SealBroken
from complaints.services.attachments import MAX_FILES, attachment_add, attachment_read
from tests.complaints.letters import make_letter
from tests.inspections.builders import at_once


@pytest.fixture
def letter(org):
    return make_letter(branch=org.branch, unit=org.a1)


def add(letter, name="凭证.txt", content=b"slip of 6222021234567890123", actor=None, kind="SLIP"):
    return attachment_add(letter=letter, kind=kind, name=name, content=content, actor=actor)


def picture(form="JPEG", **kw):
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x0112] = 6  # to be turned by a quarter
    Image.new("RGB", (40, 20), "red").save(out, form, exif=exif, **kw)
    return out.getvalue()


def test_the_file_on_the_disk_is_sealed(letter, cast):
    row, is_new = add(letter, actor=cast.service_office)
    assert is_new
    with default_storage.open(row.file) as file:
        stored = file.read()
    assert b"slip" not in stored
    assert b"6222021234567890123" not in stored
    assert "凭证" not in row.file
    assert attachment_read(attachment=row, actor=cast.service_office) == (
        b"slip of 6222021234567890123"
    )
    events = AuditEntry.objects.filter(event__startswith="letter.attachment")
    assert set(events.values_list("event", flat=True)) == {
        "letter.attachment_add", "letter.attachment_read",
    }  # fmt: skip
    assert row.name not in str(list(events.values()))


def test_the_same_bytes_are_kept_once_a_letter(letter, org):
    first, _ = add(letter)
    again, is_new = add(letter, name="改名.txt")
    assert (again, is_new) == (first, False)
    _, is_new = add(make_letter(branch=org.branch))
    assert is_new


@pytest.mark.django_db(transaction=True)
def test_uploaded_five_times_at_once(letter):
    rows = at_once([lambda: add(letter)[0].pk] * 5)
    assert len(set(rows)) == Attachment.objects.count() == 1


def test_pictures_lose_their_metadata_and_stand_upright(letter, cast):
    row, _ = add(letter, "照片.JPG", picture())
    content = attachment_read(attachment=row, actor=cast.service_office)
    assert b"SecretCamera" not in content
    with Image.open(io.BytesIO(content)) as kept:
        assert kept.size == (20, 40)
        assert not kept.getexif()
    assert row.media_type == "image/jpeg"


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", b"%PDF-1.7 x", "application/pdf"),
        ("录像.mp4", b"\0\0\0\x18ftypmp42", "video/mp4"),
        ("录像.avi", b"RIFF\0\0\0\0AVI LIST", "video/x-msvideo"),
        ("录音.m4a", b"\0\0\0\x18ftypM4A ", "audio/mp4"),
        ("录音.mp3", b"ID3\x03", "audio/mpeg"),
        ("录音.wav", b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        ("表.xlsx", b"PK\x03\x04x", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("文.DOC", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1x", "application/msword"),
        ("明细.csv", "日期,金额".encode("gb18030"), "text/plain"),
    ],
)  # fmt: skip
def test_what_is_taken(letter, name, content, media_type):
    assert add(letter, name, content)[0].media_type == media_type


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.txt", b"", "空文件"),
        ("a.exe", b"MZ", "不接受"),
        ("a.html", b"<script>", "不接受"),
        ("a.svg", b"<svg/>", "不接受"),
        ("没有扩展名", b"x", "不接受"),
        ("a.pdf", b"MZ program", "扩展名不符"),
        ("a.txt", b"MZ\0\0", "扩展名不符"),
        ("a.jpg", b"\xff\xd8\xff broken", "不是完整的图片"),
        ("a.jpg", picture("PNG"), "扩展名不符"),
        ("a.txt", b"x" * (MAX_BYTES + 1), "超过50MB"),
    ],
    ids=range(10),
)
def test_what_is_refused(letter, name, content, says):
    with pytest.raises(ValidationError, match=says):
        add(letter, name, content)
    assert not Attachment.objects.exists()


def test_half_a_picture_is_refused(letter):
    with pytest.raises(ValidationError, match="不是完整的图片"):
        add(letter, "a.jpg", picture()[:400])


def test_so_many_and_no_more(letter, monkeypatch):
    monkeypatch.setattr("complaints.services.attachments.MAX_FILES", 2)
    add(letter, content=b"1")
    add(letter, content=b"2")
    with pytest.raises(ValidationError, match="最多"):
        add(letter, content=b"3")
    assert MAX_FILES > 2


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\客户\\凭证.pdf", "凭证.pdf"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("...", "附件"),
        (f"{'长' * 200}.pdf", f"{'长' * 116}.pdf"),
    ],
)
def test_names(given, kept):
    assert plain_name(given) == kept


def put(name, content):
    """Lay other bytes in a stored file's place."""
    default_storage.delete(name)
    assert default_storage.save(name, ContentFile(content)) == name


def test_a_file_put_in_anothers_place_does_not_open(letter, cast):
    one, _ = add(letter, content=b"1")
    two, _ = add(letter, content=b"2")
    with default_storage.open(two.file) as file:
        put(one.file, file.read())
    with pytest.raises(SealBroken):
        attachment_read(attachment=one, actor=cast.service_office)


def test_a_damaged_file_says_so(letter, cast):
    row, _ = add(letter)
    with default_storage.open(row.file) as file:
        stored = bytearray(file.read())
    stored[-1] ^= 1
    put(row.file, bytes(stored))
    with pytest.raises(SealBroken):
        attachment_read(attachment=row, actor=cast.service_office)
