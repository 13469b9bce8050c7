import hashlib
import io
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from inspections.models import Evidence
from inspections.services import evidence as service
from inspections.services.evidence import evidence_add, evidence_remove, small_name
from inspections.services.submissions import inspection_return, inspection_submit
from inspections.services.visits import VisitNotOpen
from tests.inspections.builders import make_sheet, make_version, make_visit


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def visit(org, cast):
    make_version(org.branch)
    return make_visit(org.a1, cast.inspector)


def picture(color="red"):
    out = io.BytesIO()
    Image.new("RGB", (800, 600), color).save(out, "JPEG")
    return out.getvalue()


def add(visit, code="1.02", content=None, **kw):
    content = picture() if content is None else content
    sha256 = kw.pop("sha256", hashlib.sha256(content).hexdigest())
    return evidence_add(
        visit=visit, item_id=kw.pop("item_id", None) or visit.version.items.get(code=code).pk,
        sha256=sha256, file=SimpleUploadedFile("老王拍的.jpg", content), actor=visit.inspector, **kw,
    )  # fmt: skip


def files(media):
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_photo_is_kept_under_a_random_name(visit, media):
    photo, created = add(visit)
    assert created
    assert (photo.width, photo.height) == (800, 600)
    assert len(files(media)) == 2
    assert "老王" not in photo.file.name
    assert default_storage.exists(small_name(photo.file.name))


def test_the_same_photo_again_is_the_one_there_is(visit, media):
    first, _ = add(visit)
    again, created = add(visit)
    assert (again, created) == (first, False)
    assert add(visit, "1.01")[1]
    assert len(files(media)) == 4


def test_two_uploads_at_once_keep_one(visit, media, monkeypatch):
    """The second finds the first only when it inserts."""
    read = service.photo_read

    def meanwhile(file):
        monkeypatch.setattr(service, "photo_read", read)
        add(visit)
        return read(file)

    monkeypatch.setattr(service, "photo_read", meanwhile)
    _, created = add(visit)
    assert not created
    assert Evidence.objects.count() == 1
    assert len(files(media)) == 2


@pytest.mark.parametrize(
    ("kw", "field", "reason"),
    [
        ({"content": b"not a photo"}, "file", "不是有效的照片，只接受 JPEG、PNG、WebP 格式"),
        ({"content": b""}, "file", "文件是空的"),
        ({"sha256": "0" * 64}, "file", "照片在传输中损坏，请重新上传"),
        ({"sha256": "ABC"}, "sha256", "应是文件的 SHA-256（64位小写十六进制）"),
        ({"item_id": 999_999}, "item", "该项目不属于本次检查的标准"),
    ],
)
def test_what_cannot_be_kept_is_refused(visit, media, kw, field, reason):
    with pytest.raises(ValidationError) as caught:
        add(visit, **kw)
    assert caught.value.message_dict == {field: [reason]}
    assert not Evidence.objects.exists()
    assert files(media) == []


def test_too_many_bytes_and_too_many_photos(visit, media, monkeypatch):
    monkeypatch.setattr(service, "MAX_PHOTOS", 2)
    add(visit, content=picture("red"))
    add(visit, content=picture("green"))
    with pytest.raises(ValidationError, match="每个项目最多2张照片"):
        add(visit, content=picture("blue"))
    assert len(files(media)) == 4
    monkeypatch.setattr(service, "MAX_BYTES", 10)
    with pytest.raises(ValidationError, match="照片超过0MB"):
        add(visit, content=picture("white"))


def test_photos_are_removed_only_while_the_visit_is_open(visit):
    first, _ = add(visit)
    second, _ = add(visit, content=picture("blue"))
    evidence_remove(evidence=first, actor=visit.inspector)
    evidence_remove(evidence=first, actor=visit.inspector)
    assert list(Evidence.objects.filter(removed_at=None)) == [second]
    sheet = make_sheet(visit, {"1.02": "1"}, photos={"1.02": [second.sha256]})

    inspection_submit(visit=visit, key=uuid.uuid4(), sheet=sheet, actor=visit.inspector)
    second.refresh_from_db()
    assert second.inspection is not None
    with pytest.raises(VisitNotOpen):
        evidence_remove(evidence=second, actor=visit.inspector)
    with pytest.raises(VisitNotOpen):
        add(visit, content=picture("white"))


def test_photos_are_served_to_their_readers_only(visit, client, cast):
    photo, _ = add(visit)
    for name, side in (("photo", 800), ("photo_small", 320)):
        url = reverse(f"inspections:{name}", args=[photo.uuid])
        client.force_login(cast.inspector)
        response = client.get(url)
        content = b"".join(response.streaming_content)
        assert response["Content-Type"] == "image/jpeg"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"].startswith("private")
        assert Image.open(io.BytesIO(content)).width == side
        client.force_login(cast.shopper)
        assert client.get(url).status_code == 404
        client.force_login(cast.outlet_head)
        assert client.get(url).status_code == 404
    client.logout()
    assert client.get(url).status_code == 302


def test_a_returned_inspection_keeps_its_photos_and_the_new_one_has_them_too(visit, cast):
    photo, _ = add(visit)
    again, _ = add(visit, content=picture("blue"))
    sheet = make_sheet(
        visit, {"1.02": "1"}, photos={"1.02": [photo.sha256, again.sha256]}, notes={"1.02": "脏"}
    )
    first = inspection_submit(visit=visit, key=uuid.uuid4(), sheet=sheet, actor=cast.inspector)
    inspection_return(inspection=first.inspection, reason="照片不清", actor=cast.service_office)
    drafted = service.drafted_evidence(visit)
    assert {one.sha256 for one in drafted} == {photo.sha256, again.sha256}
    evidence_remove(evidence=drafted.get(sha256=again.sha256), actor=cast.inspector)
    visit.refresh_from_db()
    sheet = make_sheet(visit, {"1.02": "1"}, photos={"1.02": [photo.sha256]}, notes={"1.02": "脏"})
    second = inspection_submit(visit=visit, key=uuid.uuid4(), sheet=sheet, actor=cast.inspector)
    assert first.inspection.evidence.filter(removed_at=None).count() == 2
    assert [one.sha256 for one in second.inspection.evidence.all()] == [photo.sha256]
