"""Pages of accounts."""

from django.urls import path

from accounts.views import audit, jobs, picks, tokens, users

app_name = "accounts"
urlpatterns = [
    path("users/", users.users, name="users"),
    path("users/open/", users.user_open, name="user-open"),
    path("users/units/", picks.units, name="user-units"),
    path("users/staff/", picks.staff, name="user-staff"),
    path("users/<int:pk>/", users.user, name="user"),
    path("users/<int:pk>/edit/", users.user_edit, name="user-edit"),
    path("users/<int:pk>/close/", users.user_close, name="user-close"),
    path("users/<int:pk>/reopen/", users.user_reopen, name="user-reopen"),
    path("users/<int:pk>/authorise/", users.user_authorise, name="user-authorise"),
    path("users/<int:pk>/unlock/", users.user_unlock, name="user-unlock"),
    path("users/<int:pk>/password/", users.user_reset_password, name="user-password"),
    path(
        "users/<int:pk>/second-factor/", users.user_reset_second_factor, name="user-second-factor"
    ),
    path("audit/", audit.audit, name="audit"),
    path("audit/verify/", audit.audit_verify, name="audit-verify"),
    path("audit/export/", audit.audit_export, name="audit-export"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", tokens.token_remove, name="token-revoke"),
    path("jobs/<int:pk>/", jobs.job, name="job"),
]
