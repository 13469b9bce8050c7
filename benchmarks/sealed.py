"""What the synthetic letters hold where a customer's data would be."""

from typing import Any, Final

from complaints.models import Letter
from complaints.sealing import SealedTextField, seal

FINDINGS_FROM: Final = 2_000_000_000  # from here on the ids of the roll-up's letters


def sealed_columns() -> dict[str, Any]:
    """What a letter holds in its sealed columns: a body of 300 letters, nothing of a customer."""
    return {
        field.name: seal(b"x" * 300 if field.name == "body" else b"", field.purpose)
        for field in Letter._meta.local_fields  # noqa: SLF001
        if isinstance(field, SealedTextField)
    }
