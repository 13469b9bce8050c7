"""Who gets in at the URLs of letters."""

from tests.access_table import Row
from tests.complaints import (
    clock_rows,
    door_rows,
    handling_rows,
    mail_rows,
    privacy_rows,
    triage_rows,
)

ROWS: list[Row] = [
    *clock_rows.ROWS,
    *door_rows.ROWS,
    *handling_rows.ROWS,
    *mail_rows.ROWS,
    *privacy_rows.ROWS,
    *triage_rows.ROWS,
]
