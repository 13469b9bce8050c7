"""gunicorn's entry point for the submit measurement."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"

from config.wsgi import application

__all__ = ["application"]
