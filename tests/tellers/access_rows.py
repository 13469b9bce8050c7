"""Who gets in at the URLs of tellers."""

from accounts.roles import Capability
from tests.access_table import Row, who
from tests.tellers.star_rows import STARS

ROWS: list[Row] = [Row("quiz-list", who(Capability.STAFF_READ)), *STARS]
