"""What happens elsewhere and moves the figures: releases, teller records, letters that count."""

from collections.abc import Sequence

from complaints.services.letters import LetterChange, on_letters
from inspections.services.releases import Released, on_release
from reports.services.rollup import Change, figures_refresh
from tellers.services.changes import RecordChange, on_records


@on_release
def inspections_released(changes: Sequence[Released]) -> None:
    """Carry released inspections into the open months they belong to."""
    figures_refresh(Change(*change) for change in changes)


@on_records
def records_changed(changes: Sequence[RecordChange]) -> None:
    """Carry teller records into the months they belong to; a violation alone opens none."""
    for opens in (True, False):
        held = (Change(*change[:3]) for change in changes if change.opens == opens)
        figures_refresh(held, opens=opens)


@on_letters
def letters_changed(changes: Sequence[LetterChange]) -> None:
    """Carry what letters add or deduct into the months there are: a letter alone opens none."""
    figures_refresh((Change(*change) for change in changes), opens=False)
