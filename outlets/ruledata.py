"""Versions of rules as JSON and back: a frozen dataclass of decimals, numbers, words, days and tables.

Decimals are kept as text, days as 2011-04-30. A version's own checks stand in its class.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from types import UnionType
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")
Decode = Callable[[str, Any], Any]
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?")


class InvalidRules(ValueError):
    """Data that no version of the rules can be; the text is Chinese and names the entry."""


def rules_to_json(rules: Any) -> dict[str, Any]:
    """For a JSON column, by field name."""
    return {each.name: _encode(getattr(rules, each.name)) for each in fields(rules)}


def rules_from_json(cls: type[T], data: Mapping[str, Any]) -> T:
    """The inverse; InvalidRules for a missing, unknown or malformed entry."""
    decoders = _decoders(cls)
    odd = sorted(decoders.keys() ^ data.keys())
    if odd:
        raise InvalidRules(f"参数缺少或多出：{'、'.join(odd)}")
    return cls(**{name: decode(name, data[name]) for name, decode in decoders.items()})


def _encode(value: Any) -> Any:
    match value:
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case Mapping():
            return {key: _encode(each) for key, each in value.items()}
        case tuple():
            return [_encode(each) for each in value]
    return value


def _decoders(cls: type[Any]) -> dict[str, Decode]:
    hints = get_type_hints(cls)
    return {each.name: _decoder(hints[each.name]) for each in fields(cls)}


def _decoder(hint: Any) -> Decode:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Mapping:
        return _mapping(_decoder(inner[1]))
    if origin is tuple:
        return _row(inner)
    if origin is UnionType:  # T | None
        decode = _decoder(inner[0])
        return lambda name, value: None if value is None else decode(name, value)
    return _SIMPLE[hint]


def _mapping(decode: Decode) -> Decode:
    def table(name: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise InvalidRules(f"参数“{name}”应为名称与值的对照")
        return {key: decode(f"{name}.{key}", each) for key, each in value.items()}

    return table


def _row(inner: tuple[Any, ...]) -> Decode:
    """A tuple of one type and any length, or one of each of these types."""
    endless = inner[-1] is Ellipsis
    decoders = [_decoder(one) for one in inner if one is not Ellipsis]

    def row(name: str, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or not (endless or len(value) == len(decoders)):
            size = "" if endless else f"，共{len(decoders)}个值"
            raise InvalidRules(f"参数“{name}”应为列表{size}")
        each = decoders * len(value) if endless else decoders
        return tuple(decode(name, one) for decode, one in zip(each, value, strict=False))

    return row


def _decimal(name: str, value: Any) -> Decimal:
    if not isinstance(value, str):
        raise InvalidRules(f"参数“{name}”的数字应以文本保存")
    if not _NUMBER.fullmatch(value):
        raise InvalidRules(f"参数“{name}”：“{value[:20]}”不是有效的数字")
    return Decimal(value)


def _integer(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidRules(f"参数“{name}”应为整数")
    return value


def _word(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidRules(f"参数“{name}”应为文本")
    return value


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidRules(f"参数“{name}”应为是或否")
    return value


def _day(name: str, value: Any) -> date:
    text = _word(name, value)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidRules(f"参数“{name}”应为日期，如2011-04-30") from error


_SIMPLE: Final[Mapping[Any, Decode]] = {
    Decimal: _decimal,
    int: _integer,
    str: _word,
    bool: _flag,
    date: _day,
}
