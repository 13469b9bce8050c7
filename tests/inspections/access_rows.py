"""Who gets in at the URLs of inspections."""

from tests.access_table import Row

ROWS: list[Row] = []
