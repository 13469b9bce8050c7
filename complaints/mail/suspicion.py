"""Files of mails that must not be opened: programs, archives that swell, macros. Pure.

Nothing is unpacked: of an archive only the list at its end is read.
"""

import struct
import zipfile
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final

MAX_ENTRIES: Final = 2_000  # of an archive
MAX_UNPACKED: Final = 300 * 1024 * 1024
MAX_RATIO: Final = 200  # unpacked to packed, of an archive that is not small
_SMALL: Final = 10_000

# What runs when it is opened, or makes something run.
_RUNS: Final = frozenset(
    {
        "exe", "com", "scr", "pif", "bat", "cmd", "vbs", "vbe", "js", "jse", "wsf", "wsh", "ps1", "psm1",
        "msi", "msp", "msc", "dll", "cpl", "ocx", "sys", "drv", "jar", "class", "hta", "chm", "lnk", "url",
        "reg", "inf", "scf", "apk", "app", "dmg", "pkg", "deb", "rpm", "sh", "bin", "elf", "so", "py", "pl",
        "rb", "php", "asp", "aspx", "jsp", "xll", "iso", "img", "vhd",
    }
)  # fmt: skip
_MACROS: Final = frozenset({"docm", "dotm", "xlsm", "xltm", "xlam", "pptm", "potm", "ppsm"})
_PAGES: Final = frozenset({"htm", "html", "xhtml", "mht", "mhtml", "svg", "xml"})
_PROGRAMS: Final = (
    b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe",
    b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"L\x00\x00\x00\x01\x14\x02\x00", b"ITSF",
)  # fmt: skip
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_END: Final = b"PK\x05\x06"
_END_LENGTH: Final = 22
_END_WITHIN: Final = 66_000

PROGRAM: Final = "是可执行文件"
MACRO: Final = "带有宏"
PAGE: Final = "是网页，可能带有脚本"
SWELLS: Final = "是解开后异常地大的压缩包（疑似压缩炸弹），没有打开"
HIDES_PROGRAM: Final = "是含有可执行文件的压缩包"
BROKEN: Final = "是损坏的压缩包"


def suspicion(name: str, data: bytes) -> str:
    """What a file is that must not be opened, in Chinese; empty when nothing speaks against it."""
    ending = _ending(name)
    if data.startswith(_PROGRAMS) or ending in _RUNS:
        return PROGRAM
    if ending in _MACROS:
        return MACRO
    if ending in _PAGES:
        return PAGE
    return _of_archive(data) if data.startswith(_ZIP) else ""


def _ending(name: str) -> str:
    return PurePosixPath(name.lower().rstrip(". ")).suffix[1:]


def _of_archive(data: bytes) -> str:
    place = data.rfind(_END, max(0, len(data) - _END_WITHIN))
    if place < 0 or len(data) - place < _END_LENGTH:
        return BROKEN
    (entries,) = struct.unpack_from("<H", data, place + 10)
    if entries > MAX_ENTRIES:
        return SWELLS
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _of_entries(archive.infolist(), len(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error):
        return BROKEN


def _of_entries(entries: list[zipfile.ZipInfo], packed: int) -> str:
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, _SMALL):
        return SWELLS
    names = [entry.filename for entry in entries]
    if any(name.endswith("vbaProject.bin") for name in names):
        return MACRO
    return HIDES_PROGRAM if any(_ending(name) in _RUNS for name in names) else ""
