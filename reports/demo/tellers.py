"""What is known of tellers outside the season's months, and what an earlier build left out."""

from accounts.models import User
from outlets.models import Unit
from reports.demo.build import FIRST, LAST
from reports.demo.discipline import discipline
from reports.demo.offences import YEAR_BEGINS
from reports.demo.records import FIRST_DEVICES, devices_import, tests_import
from reports.demo.trainings import trainings_hold


def before_season(branch: Unit, office: User) -> None:
    """Device months since there are letters, and the discipline of the months before the first."""
    devices_import(branch, FIRST_DEVICES.range_to(FIRST.previous), office)
    for month in YEAR_BEGINS.range_to(FIRST.previous):
        discipline(branch, month, office)


def season_completed(branch: Unit, office: User) -> None:
    """Trainings, and what a build of the season that knew less of tellers did not bring in."""
    season = FIRST.range_to(LAST)
    devices_import(branch, season, office)
    for month in season:
        tests_import(branch, month, office)
        discipline(branch, month, office)
    trainings_hold(branch, office)
