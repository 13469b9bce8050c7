"""Who gets in where letters come in and go out: the form, files, the API."""

from accounts.roles import Capability
from tests.access_table import Row, who

TRIAGE = who(Capability.LETTERS_TRIAGE)

ROWS: list[Row] = [
    Row("complaints:letter_create", TRIAGE),
    Row("complaints:import_letters", TRIAGE),
    Row("complaints:import_letters_template", TRIAGE),
    Row("complaints:letters_export", who(Capability.EXPORTS)),
]
