"""Photos for the demonstration: drawn panels that say what they stand for."""

import hashlib
import io
from dataclasses import replace
from typing import Final

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from inspections.models import Visit
from inspections.scoring import read
from inspections.selectors.forms import FormItem, VersionForm
from inspections.services.evidence import evidence_add
from inspections.services.sheets import Sheet, needs_photo

FONT: Final = "NotoSansCJK-Regular.ttc"
SIZE: Final = (1200, 900)
WALL, FLOOR, INK = "#dfe3e6", "#b9a58c", "#39424b"


def photographed(visit: Visit, form: VersionForm, sheet: Sheet) -> Sheet:
    """The sheet with a photo uploaded for every item whose rule asks for one."""
    replies = dict(sheet.replies)
    for item in form.items.values():
        reply = replies[item.id]
        if needs_photo(item, read(item.rule, reply.value)):
            replies[item.id] = replace(reply, photos=(_upload(visit, item, sheet),))
    return replace(sheet, replies=replies)


def _upload(visit: Visit, item: FormItem, sheet: Sheet) -> str:
    """Draw and upload one; its hash."""
    data = _drawn(
        ["演示照片", f"{visit.unit.short_name}  {sheet.date}", f"{item.code} {item.text}"]
    )
    sha256 = hashlib.sha256(data).hexdigest()
    assert visit.inspector is not None  # noqa: S101  (a visit being scored was given to somebody)
    evidence_add(
        visit=visit,
        item_id=item.id,
        sha256=sha256,
        file=SimpleUploadedFile("photo.jpg", data, "image/jpeg"),
        actor=visit.inspector,
    )
    return sha256


def _drawn(lines: list[str]) -> bytes:
    """A wall, a counter and what it is, as JPEG."""
    image = Image.new("RGB", SIZE, WALL)
    pen = ImageDraw.Draw(image)
    width, height = SIZE
    pen.rectangle((0, height * 0.72, width, height), fill=FLOOR)
    for left in range(80, width - 200, 290):
        pen.rounded_rectangle((left, height * 0.45, left + 230, height * 0.78), 10, fill="#f4f1ec")
        pen.rectangle((left + 20, height * 0.3, left + 210, height * 0.45), fill="#c8d6df")
    for number, line in enumerate(lines):
        font = ImageFont.truetype(FONT, 56 if number == 0 else 30)
        pen.text((60, 50 + 84 * min(number, 1) + 50 * max(number - 1, 0)), line, INK, font)
    data = io.BytesIO()
    image.save(data, "JPEG", quality=80)
    return data.getvalue()
