"""Who gets in at the URLs of outlets."""

from tests.access_table import Row

ROWS: list[Row] = []
