"""`python -m benchmarks [rollup pages submit bulletin letters stars …]`: print the figures."""

import importlib
import os
import sys

import django

from benchmarks import nation

PARTS = ("rollup", "pages", "submit", "bulletin", "letters", "stars")


def main() -> None:
    """Fill the nation if need be, then print every line as it is measured."""
    os.environ["DATABASE_URL"] = nation.database_url()
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    nation.fill()
    for part in sys.argv[1:] or PARTS:
        for line in importlib.import_module(f"benchmarks.{part}").lines():
            print(f"\n{line}", flush=True)


if __name__ == "__main__":
    main()
