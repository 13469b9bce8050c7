"""What an attachment may be: told by its own bytes, not by its name; pictures lose their metadata."""

import io
import struct
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

MAX_BYTES: Final = 50 * 1024 * 1024
MAX_PIXELS: Final = 50_000_000
QUALITY: Final = 88
_NAME: Final = 120
_HEAD: Final = 16

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


class FileRefused(Exception):
    """The file cannot be kept; the text is Chinese and says why."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """One sort of file: its media type, the endings it may carry, and how its bytes begin."""

    media_type: str
    endings: tuple[str, ...]
    magic: tuple[bytes, ...]
    offset: int = 0

    def begins(self, content: bytes) -> bool:
        """Whether the content begins as such a file does."""
        return any(content.startswith(one, self.offset) for one in self.magic)


_ZIP: Final = (b"PK\x03\x04",)
_OLE: Final = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
KINDS: Final = (
    FileKind("image/jpeg", ("jpg", "jpeg"), (b"\xff\xd8\xff",)),
    FileKind("image/png", ("png",), (b"\x89PNG\r\n\x1a\n",)),
    FileKind("image/webp", ("webp",), (b"WEBP",), 8),
    FileKind("application/pdf", ("pdf",), (b"%PDF-",)),
    FileKind("video/mp4", ("mp4", "m4v", "mov"), (b"ftyp",), 4),
    FileKind("video/x-msvideo", ("avi",), (b"AVI ",), 8),
    FileKind("audio/mp4", ("m4a",), (b"ftyp",), 4),
    FileKind("audio/mpeg", ("mp3",), (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
    FileKind("audio/wav", ("wav",), (b"WAVE",), 8),
    FileKind(f"{_OFFICE}wordprocessingml.document", ("docx",), _ZIP),
    FileKind(f"{_OFFICE}spreadsheetml.sheet", ("xlsx",), _ZIP),
    FileKind("application/msword", ("doc",), _OLE),
    FileKind("application/vnd.ms-excel", ("xls",), _OLE),
)
TEXT: Final = FileKind("text/plain", ("txt", "csv"), ())
ENDINGS: Final = tuple(one for kind in (*KINDS, TEXT) for one in kind.endings)
PICTURES: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


@dataclass(frozen=True, slots=True)
class Checked:
    """A file fit to be kept: its name without a path, its media type, its bytes."""

    name: str
    media_type: str
    content: bytes


def file_checked(name: str, content: bytes) -> Checked:
    """The file as it is kept; FileRefused when it is empty, too large, of a wrong sort or damaged."""
    name = plain_name(name)
    if not content:
        raise FileRefused(f"“{name}”是空文件")
    if len(content) > MAX_BYTES:
        raise FileRefused(f"“{name}”超过{MAX_BYTES // 1024 // 1024}MB，请截取需要的部分")
    kind = _kind(name, content)
    if kind.media_type in PICTURES:
        content = _bare(name, content, PICTURES[kind.media_type])
    return Checked(name, kind.media_type, content)


def plain_name(name: str) -> str:
    """The name without directories and control characters, short enough to be shown."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(one for one in last if one.isprintable()).strip(" .") or "附件"
    stem, dot, ending = plain.rpartition(".")
    return plain if len(plain) <= _NAME else f"{stem[: _NAME - len(ending) - 1]}{dot}{ending}"


def _kind(name: str, content: bytes) -> FileKind:
    ending = name.rpartition(".")[2].lower()
    head = content[:_HEAD]
    known = [one for one in KINDS if ending in one.endings]
    if any(one.begins(head) for one in known):
        return next(one for one in known if one.begins(head))
    if ending in TEXT.endings and b"\0" not in content:
        return TEXT
    if known or ending in TEXT.endings:
        raise FileRefused(f"“{name}”的内容与扩展名不符，不能上传")
    raise FileRefused(f"不接受“{name}”这种文件；可以上传照片、PDF、录像、录音、Word、Excel和文本")


def _bare(name: str, content: bytes, form: str) -> bytes:
    """The picture turned upright, its pixels alone."""
    # A process-wide switch of Pillow's that the typesetter turns on: half a picture is no evidence.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(content), formats=[form]) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise FileRefused(f"“{name}”有{width}×{height}像素，太大")
            upright = ImageOps.exif_transpose(picture)
            bare = Image.new(upright.mode, upright.size)
            if upright.mode == "P":
                bare.putpalette(upright.getpalette() or [])
            bare.paste(upright)
    except _BROKEN as error:
        raise FileRefused(f"“{name}”不是完整的图片，请重新上传") from error
    out = io.BytesIO()
    bare.save(out, form, quality=QUALITY)
    return out.getvalue()
