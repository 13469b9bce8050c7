"""`manage.py export KIND YYYY-MM FILE [--unit CODE]`: a month's table as .xlsx or .csv."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from reports.commands import MonthCommand, file_put
from reports.exports import EXPORTS, ExportError, export_file


class Command(MonthCommand):
    """Writes the file in one go: whole or not at all."""

    help = "导出一个月的成绩"

    def add_arguments(self, parser: CommandParser) -> None:
        """The kind and the file besides month and branch."""
        kinds = "、".join(f"{kind}（{export.label}）" for kind, export in EXPORTS.items())
        parser.add_argument("kind", metavar="KIND", help=f"种类：{kinds}")
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE", help="文件，.xlsx 或 .csv")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Write the file and say where."""
        month, branch = self.month(options), self.branch(options)
        file = Path(options["file"])
        try:
            content = export_file(options["kind"], branch.pk, month, file.name)
        except ExportError as error:
            raise CommandError(str(error)) from error
        file_put(file, content)
        self.stdout.write(f"已导出{month.label}{EXPORTS[options['kind']].label}：{file}")
