"""Who gets in at the URLs of letters."""

from tests.access_table import Row
from tests.complaints import handling_rows

ROWS: list[Row] = [*handling_rows.ROWS]
