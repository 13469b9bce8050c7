"""The API of this app, by noun."""

from rest_framework.routers import SimpleRouter

from outlets.api.calendar import CalendarDayViewSet
from outlets.api.staff import StaffViewSet
from outlets.api.units import UnitViewSet

router = SimpleRouter()
router.register("units", UnitViewSet, basename="unit")
router.register("staff", StaffViewSet, basename="staff")
router.register("calendar-days", CalendarDayViewSet, basename="calendar-day")
