"""Who gets in at the URLs of tellers."""

from tests.access_table import Row

ROWS: list[Row] = []
