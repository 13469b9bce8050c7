"""Who gets in at the URLs of reports."""

from tests.access_table import Row

ROWS: list[Row] = []
