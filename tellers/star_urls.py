"""Pages of stars and pacesetters."""

from django.urls import path

from tellers.views import (
    pacesetters,
    star_periods,
    star_ratings,
    star_schemes,
    star_verify,
)

urlpatterns = [
    path("stars/", star_periods.stars, name="stars"),
    path("stars/open/", star_periods.star_period_open, name="star_period_open"),
    path("stars/<int:pk>/", star_periods.star_period, name="star_period"),
    path("stars/<int:pk>/compute/", star_periods.star_period_compute, name="star_period_compute"),
    path("stars/<int:pk>/show/", star_periods.star_period_show, name="star_period_show"),
    path("stars/<int:pk>/finish/", star_periods.star_period_finish, name="star_period_finish"),
    path("stars/<int:pk>/public/", star_periods.star_public, name="star_public"),
    path(
        "stars/<int:pk>/distribution/",
        star_periods.star_period_distribution,
        name="star_distribution",
    ),
    path("stars/<int:pk>/list.<str:ending>", star_periods.star_export, name="star_export"),
    path("stars/<int:pk>/allowances.xlsx", star_periods.star_allowances, name="star_allowances"),
    path("stars/ratings/<int:pk>/", star_ratings.star_rating, name="star_rating"),
    path("stars/ratings/<int:pk>/adjust/", star_ratings.star_adjust, name="star_adjust"),
    path("stars/ratings/<int:pk>/object/", star_ratings.star_object, name="star_object"),
    path(
        "stars/adjustments/<int:pk>/decide/",
        star_ratings.star_adjust_decide,
        name="star_adjust_decide",
    ),
    path("stars/objections/<int:pk>/", star_ratings.star_objection, name="star_objection"),
    path("stars/schemes/", star_schemes.star_schemes, name="star_schemes"),
    path("stars/schemes/new/", star_schemes.star_scheme_new, name="star_scheme_new"),
    path("stars/schemes/<int:pk>/", star_schemes.star_scheme, name="star_scheme"),
    path("stars/schemes/<int:pk>/edit/", star_schemes.star_scheme_edit, name="star_scheme_edit"),
    path(
        "stars/schemes/<int:pk>/what-if/",
        star_schemes.star_scheme_what_if,
        name="star_scheme_what_if",
    ),
    path(
        "stars/schemes/<int:pk>/publish/",
        star_schemes.star_scheme_publish,
        name="star_scheme_publish",
    ),
    path(
        "stars/schemes/<int:pk>/delete/",
        star_schemes.star_scheme_delete,
        name="star_scheme_delete",
    ),
    path("stars/verify/<slug:token>/", star_verify.star_verify, name="star_verify"),
    path("pacesetters/", pacesetters.pacesetters, name="pacesetters"),
    path("pacesetters/<str:year>.xlsx", pacesetters.pacesetters_export, name="pacesetters_export"),
]
