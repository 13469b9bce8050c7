"""The Celery app: messages carry a job's id only, the work and its state stand in PostgreSQL."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("mingcha")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
