"""`manage.py stars PERIOD FILE [--unit CODE]`: the star list of a rating period as .xlsx or .csv."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from outlets.models import Unit
from reports.commands import BranchCommand, file_put
from tellers.exports.stars import StarExportError, star_file
from tellers.models import StarPeriod, StarRating
from tellers.stars import InvalidPeriod, period_days


class Command(BranchCommand):
    """Writes the file in one go: whole or not at all."""

    help = "导出一个评定周期的星级名单"

    def add_arguments(self, parser: CommandParser) -> None:
        """The period and the file besides the branch."""
        parser.add_argument("period", metavar="PERIOD", help="评定周期，如 2011 或 2011Q4")
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE", help="文件，.xlsx 或 .csv")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Write the file and say where."""
        period = _period(self.branch(options), options["period"].strip().upper())
        file = Path(options["file"])
        ratings = StarRating.objects.filter(period=period).select_related("staff", "unit")
        rows = list(ratings.order_by("unit_path", "staff__number"))
        try:
            content = star_file(period, rows, file.name)
        except StarExportError as error:
            raise CommandError(str(error)) from error
        file_put(file, content)
        self.stdout.write(f"已导出{period.label}星级名单，{len(rows)}人：{file}")


def _period(branch: Unit, label: str) -> StarPeriod:
    try:
        period_days(label)
    except InvalidPeriod as error:
        raise CommandError(str(error)) from error
    found = StarPeriod.objects.filter(branch=branch, label=label).first()
    if found is None:
        raise CommandError(f"{branch.short_name}没有评定周期{label}，请先在“星级评定”中建立并测算")
    return found
