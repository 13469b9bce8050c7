"""The API of this app, by noun."""

from rest_framework.routers import SimpleRouter

router = SimpleRouter()
