"""What is wrong with a file, said so that the user finds the place."""

from dataclasses import dataclass
from typing import Final

_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class RowError:
    """One fault: line as Excel counts it (0: the file as a whole), column, value, reason."""

    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        place = f"第{self.line}行" if self.line else ""
        column = f"“{self.column}”列" if self.column else ""
        value = f"的值“{self.shown}”" if self.value and column else ""
        where = f"{place}{column}{value}"
        return f"{where}：{self.reason}" if where else self.reason

    @property
    def shown(self) -> str:
        """The value, shortened to what fits a table."""
        return self.value if len(self.value) <= _SHOWN else f"{self.value[:_SHOWN]}…"


class ImportRefused(Exception):
    """Nothing was written; `errors` holds every reason, in the order of the lines."""

    def __init__(self, errors: list[RowError]) -> None:
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = errors

    @classmethod
    def whole(cls, reason: str, *, line: int = 0, column: str = "") -> "ImportRefused":
        """A refusal of the file itself, or of one place in it."""
        return cls([RowError(line, column, "", reason)])
