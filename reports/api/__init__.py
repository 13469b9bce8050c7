"""The API of this app."""

from rest_framework.routers import SimpleRouter

router = SimpleRouter()
