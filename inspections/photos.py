"""A photo as it is kept: decoded with care, turned upright, without metadata, as JPEG."""

import io
import struct
from dataclasses import dataclass
from typing import IO, Final

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_PIXELS: Final = 50_000_000
FORMATS: Final = ("JPEG", "PNG", "WEBP")
SIDE: Final = 2048
SMALL_SIDE: Final = 320
QUALITY: Final = 82

_BROKEN: Final = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    KeyError,
    TypeError,
    IndexError,
    struct.error,
)


class PhotoRefused(Exception):
    """The file is not a photo that can be kept; the text is Chinese."""


@dataclass(frozen=True, slots=True)
class Photo:
    """The bytes to keep, those of the small copy for lists, and the size in pixels."""

    full: bytes
    small: bytes
    width: int
    height: int


def photo_read(source: IO[bytes]) -> Photo:
    """Re-encode a picture; PhotoRefused when it is none, too large, or damaged."""
    # A process-wide switch of Pillow's that the typesetter turns on: half a photo is no evidence.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(source, formats=FORMATS) as picture:
            _check_size(picture)
            picture.draft("RGB", (SIDE, SIDE))  # JPEG decodes smaller at once
            upright = _flat(ImageOps.exif_transpose(picture))
    except _BROKEN as error:
        raise PhotoRefused("不是有效的照片，只接受 JPEG、PNG、WebP 格式") from error
    upright.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    width, height = upright.size
    full = _encoded(upright)
    upright.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)
    return Photo(full=full, small=_encoded(upright), width=width, height=height)


def _check_size(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise PhotoRefused(f"照片有{width}×{height}像素，超过{MAX_PIXELS // 10_000}万像素")


def _flat(picture: Image.Image) -> Image.Image:
    """The picture in RGB; what is transparent becomes white."""
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        ground = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(ground, layered).convert("RGB")
    return picture.convert("RGB")


def _encoded(picture: Image.Image) -> bytes:
    """JPEG bytes of the pixels alone."""
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
