"""Reading the environment, loudly: a value that is wrong stops the start with its name and reason.

A secret may also stand in a file named by `<NAME>_FILE`, as container platforms hand them over.
Every setting read here is documented in `.env.example`; a test holds the two together.
"""

import base64
import binascii
import os
from collections.abc import Sequence
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

NAMES: set[str] = set()
KEY_BYTES = 32
MAX_KEY_NUMBER = 255


def text(name: str, default: str = "") -> str:
    """The value of a setting, or the content of the file `<NAME>_FILE` names."""
    NAMES.add(name)
    file = os.environ.get(f"{name}_FILE")
    if file is None:
        return os.environ.get(name, default)
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE：无法读取 {file}（{error.strerror}）") from error


def flag(name: str, *, default: bool = False) -> bool:
    """A yes/no setting: 1 or 0."""
    value = text(name, "1" if default else "0")
    if value not in {"0", "1"}:
        raise ImproperlyConfigured(f"{name} 只能是 0 或 1，现为 {value!r}")
    return value == "1"


def number(name: str, default: int) -> int:
    """A whole number, zero or more."""
    value = text(name, str(default))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} 必须是非负整数，现为 {value!r}")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def required(name: str) -> str:
    """A setting without which production does not start."""
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"生产环境必须设置 {name}（或 {name}_FILE）")
    return value


def one_of(name: str, allowed: Sequence[str]) -> str:
    """One of the allowed values; the first unless set."""
    value = text(name, allowed[0])
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} 只能是 {' 或 '.join(allowed)}，现为 {value!r}")
    return value


def keys(name: str, *, required: bool) -> dict[int, bytes]:
    """Numbered 32-byte keys, `1:base64,2:base64`; the first is the one in use."""
    value = text(name)
    if required and not value:
        raise ImproperlyConfigured(f"生产环境必须设置 {name}（或 {name}_FILE）")
    return parse_keys(name, value)


def one_key(name: str, *, required: bool) -> bytes | None:
    """The one key of a setting written like `keys`: there can be no other, it is never changed."""
    found = keys(name, required=required)
    if found and set(found) != {1}:
        raise ImproperlyConfigured(f"{name} 只能有一把密钥，编号为 1")
    return found.get(1)


def parse_keys(name: str, value: str) -> dict[int, bytes]:
    """The keys by number, in their order; none for an empty text."""
    found = [_key(name, one) for one in value.split(",") if one.strip()]
    if len(dict(found)) < len(found):
        raise ImproperlyConfigured(f"{name} 有重复的编号")
    return dict(found)


def _key(name: str, value: str) -> tuple[int, bytes]:
    number, _, encoded = value.strip().partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if not number.isdecimal() or not 1 <= int(number) <= MAX_KEY_NUMBER or len(key) != KEY_BYTES:
        raise ImproperlyConfigured(
            f"{name} 应写成“编号:密钥”，编号 1 至 {MAX_KEY_NUMBER}，密钥为 {KEY_BYTES} 字节的 base64"
        )
    return int(number), key
