"""The API of letters."""

from rest_framework.routers import SimpleRouter

router = SimpleRouter()
