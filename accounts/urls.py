"""Pages of accounts."""

from django.urls import path

from accounts.views import audit, jobs, tokens, users

app_name = "accounts"
urlpatterns = [
    path("users/", users.users, name="users"),
    path("audit/", audit.audit, name="audit"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("jobs/<int:pk>/", jobs.job, name="job"),
]
