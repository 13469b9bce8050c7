"""Files of letters."""

from complaints.imports.columns import LETTER_COLUMNS
from complaints.imports.letters import letters_import
from outlets.importing import Kind, register
from outlets.spreadsheets import SheetOut

register(
    Kind(
        key="letters",
        label="来信",
        sheets=(SheetOut("来信", LETTER_COLUMNS, []),),
        run=letters_import,
    )
)
