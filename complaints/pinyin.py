"""How Chinese is read, for finding what was written by ear or typed in Latin letters. Pure."""

from functools import cache, lru_cache
from types import ModuleType


@cache
def _pypinyin() -> ModuleType:
    """The dictionary, which takes as long to load as many a page."""
    import pypinyin  # noqa: PLC0415

    # In a bank 行 is read háng; the dictionary reads 支行 as it does 行走.
    pypinyin.load_phrases_dict(
        {f"{first}行": [[how], ["háng"]] for first, how in (("支", "zhī"), ("总", "zǒng"))}
    )
    pypinyin.load_single_dict({ord("行"): "háng,xíng"})
    return pypinyin


@lru_cache(maxsize=8192)
def sound(character: str) -> str:
    """The usual reading of one character, without tone; anything else as it is, in lower case."""
    return str(_pypinyin().lazy_pinyin(character)[0]).lower()


def sounds(text: str) -> tuple[str, ...]:
    """The reading of each character by itself: names heard right and written wrong sound alike."""
    return tuple(map(sound, text))


@lru_cache(maxsize=8192)
def spelt(text: str) -> str:
    """The reading of a name as people type it: 海城支行 is haichengzhihang."""
    return "".join(_pypinyin().lazy_pinyin(text)).lower()


@lru_cache(maxsize=8192)
def initials(text: str) -> str:
    """The first letters of the syllables: 海城支行 is hczh."""
    letters = _pypinyin().lazy_pinyin(text, style=_pypinyin().Style.FIRST_LETTER)
    return "".join(letters).lower()


def search_keys(*names: str) -> str:
    """What a list can be searched by: the names, how they are spelt, their initials."""
    keys = (key for name in names for key in (name.lower(), spelt(name), initials(name)))
    return " ".join(dict.fromkeys(keys))
