"""Rows handed to the importers as the file a user would upload."""

import csv
import io
from collections.abc import Sequence

from accounts.models import User
from outlets.importing import file_import, kinds


def rows_import(kind: str, rows: Sequence[dict[str, str]], *, actor: User | None = None) -> None:
    """Import rows of one of our own formats; all of them or none."""
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    upload = io.BytesIO(text.getvalue().encode("utf-8"))
    upload.name = f"{kind}.csv"
    file_import(kind=kinds()[kind], source=upload, actor=actor)
