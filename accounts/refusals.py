"""Why an act is not done."""

from typing import Any, ClassVar


class Refused(Exception):
    """A service refuses an act; nothing was changed, and the text is Chinese and for the user.

    `code` tells programs which refusal it is and never changes; `field` names the input that is at
    fault, where it is one alone.
    """

    code: ClassVar[str] = "conflict"
    field: ClassVar[str | None] = None

    @property
    def reasons(self) -> list[Any]:
        """What is wrong with the field."""
        return [str(self)]

    @property
    def more(self) -> dict[str, Any]:
        """What the API tells beside the text."""
        return {}
