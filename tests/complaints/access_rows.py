"""Who gets in at the URLs of letters."""

from tests.access_table import Row

ROWS: list[Row] = []
