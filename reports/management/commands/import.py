"""`manage.py import KIND FILE`: files in, all or nothing."""  # noqa: N999  (the command's name)

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from outlets.importing import ImportRefused, file_import, kinds
from outlets.spreadsheets import read_map


class Command(BaseCommand):
    """Dispatches to the kind that an app registered."""

    help = "导入 .xlsx 或 .csv 文件：有一行不合格就什么都不写入，并逐行说明。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """KIND FILE [--map FILE] [--date DAY] [--dry-run]."""
        parser.add_argument(
            "kind", metavar="KIND", choices=sorted(kinds()), help="、".join(kinds())
        )
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--map", metavar="FILE", help="列名映射（JSON）")
        parser.add_argument(
            "--date", type=date.fromisoformat, help="上级机构、任职变动的生效日期，默认今天"
        )
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")

    def handle(self, **options: Any) -> None:
        """Import; exit 1 with every bad row on standard error."""
        kind = kinds()[options["kind"]]
        try:
            result = file_import(
                kind=kind,
                source=options["file"],
                mapping=read_map(options["map"]) if options["map"] else None,
                as_of=options["date"],
                dry_run=options["dry_run"],
            )
        except ImportRefused as refused:
            for error in refused.errors:
                self.stderr.write(str(error))
            raise CommandError(
                f"共{len(refused.errors)}处问题，没有写入任何内容。", returncode=1
            ) from None
        if result.ignored:
            self.stdout.write(f"未使用的列：{'、'.join(result.ignored)}")
        for warning in result.warnings:
            self.stdout.write(f"请核对：{warning}")
        done = "检查通过（未写入）" if options["dry_run"] else "导入完成"
        self.stdout.write(f"{kind.label}{done}：{result}")
