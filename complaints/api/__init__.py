"""The API of letters, by noun."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from complaints.api import files, findings, letters, mails, settings

router = SimpleRouter()
router.register("letters", letters.LetterViewSet, basename="letter")
router.register("letter-findings", findings.FindingViewSet, basename="letter-finding")
router.register("letter-attachments", files.AttachmentViewSet, basename="letter-attachment")
router.register("letter-mails", mails.MailViewSet, basename="letter-mail")
router.register("letter-reply-templates", settings.TemplateViewSet, basename="letter-template")
router.register("letter-clock-versions", settings.ClockVersionViewSet, basename="letter-clock")
router.register("letter-suggestions", settings.SuggestionViewSet, basename="letter-suggestion")
router.register("letter-views", settings.SavedViewViewSet, basename="letter-view")

urls: list[URLPattern | URLResolver] = [
    path("letter-patterns/", settings.PatternsView.as_view(), name="letter-patterns"),
    path("letter-patterns/try/", settings.PatternsTryView.as_view(), name="letter-patterns-try"),
    *router.urls,
]
