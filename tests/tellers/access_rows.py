"""Who gets in at the URLs of tellers."""

from accounts.roles import Capability
from tests.access_table import Row, who
from tests.tellers.discipline_rows import DISCIPLINE
from tests.tellers.star_rows import STARS

ROWS: list[Row] = [Row("quiz-list", who(Capability.STAFF_READ)), *DISCIPLINE, *STARS]
