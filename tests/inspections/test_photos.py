import io

import pytest
from PIL import Image

from inspections import photos
from inspections.photos import PhotoRefused, photo_read


def picture(size=(640, 480), mode="RGB", form="JPEG", **kw):
    out = io.BytesIO()
    Image.new(mode, size, kw.pop("color", 0)).save(out, form, **kw)
    out.seek(0)
    return out


def opened(data):
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_jpeg(form):
    photo = photo_read(picture(form=form))
    assert (photo.width, photo.height) == (640, 480)
    assert opened(photo.full).format == "JPEG"
    assert opened(photo.small).size == (320, 240)


def test_metadata_goes_and_the_picture_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "Phone of somebody"
    exif.get_ifd(0x8825)[1] = "N"
    photo = photo_read(picture(exif=exif))
    kept = opened(photo.full)
    assert (photo.width, photo.height) == (480, 640) == kept.size
    assert not kept.getexif()
    assert b"somebody" not in photo.full
    assert "icc_profile" not in kept.info


def test_large_ones_shrink():
    photo = photo_read(picture((4000, 1000)))
    assert (photo.width, photo.height) == (2048, 512)


def test_transparency_becomes_white():
    photo = photo_read(picture(mode="RGBA", form="PNG", color=(0, 0, 0, 0)))
    assert opened(photo.full).getpixel((5, 5)) == (255, 255, 255)


def test_too_many_pixels_are_refused_before_decoding(monkeypatch):
    monkeypatch.setattr(photos, "MAX_PIXELS", 640 * 480)
    photo_read(picture())
    with pytest.raises(PhotoRefused, match="照片有641×480像素"):
        photo_read(picture((641, 480)))


def test_a_bomb_is_refused():
    with pytest.raises(PhotoRefused):
        photo_read(picture((20_000, 20_000), mode="1", form="PNG"))


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a" + b"0" * 100, b"<svg/>", b"\xff\xd8\xff\xe0 not a photo", b"PK\x03\x04"],
)
def test_what_is_none_is_refused(content):
    with pytest.raises(PhotoRefused, match="不是有效的照片"):
        photo_read(io.BytesIO(content))


def test_a_cut_off_one_is_refused():
    with pytest.raises(PhotoRefused):
        photo_read(io.BytesIO(picture((800, 600)).getvalue()[:900]))


def test_a_gif_is_refused():
    with pytest.raises(PhotoRefused):
        photo_read(picture(form="GIF"))
