"""Who gets in at the URLs of tellers."""

from tests.access_table import Row
from tests.tellers.discipline_rows import DISCIPLINE
from tests.tellers.record_rows import RECORDS
from tests.tellers.star_rows import STARS

ROWS: list[Row] = [*RECORDS, *DISCIPLINE, *STARS]
