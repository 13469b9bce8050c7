"""Pages of letters."""

from django.urls import URLPattern, path, re_path

from complaints.views import attachments, handling, letter, replies, responsibility

app_name = "complaints"
urlpatterns: list[URLPattern] = [
    # One letter and what is done with it.
    path("<int:pk>/", letter.letter, name="letter"),
    re_path(
        r"^(?P<pk>\d+)/notes/(?P<kind>investigation|statement|remark)/$",
        handling.note,
        name="letter_note",
    ),
    path("<int:pk>/call-back/", handling.call_back, name="letter_call_back"),
    path("<int:pk>/attachments/", attachments.attach, name="letter_attach"),
    path("<int:pk>/close/", handling.close, name="letter_close"),
    path("<int:pk>/reopen/", handling.reopen, name="letter_reopen"),
    path("<int:pk>/recuse/", handling.recuse, name="letter_recuse"),
    path("<int:pk>/escalate/", handling.escalate, name="letter_escalate"),
    path("<int:pk>/relate/", handling.relate, name="letter_relate"),
    path("<int:pk>/links/<int:link>/undo/", handling.unlink, name="letter_unlink"),
    path("<int:pk>/reply/", replies.reply, name="letter_reply"),
    path("<int:pk>/reply/send/", replies.send, name="letter_send"),
    path("<int:pk>/responsibility/", responsibility.judge, name="letter_judge"),
    path("attachments/<uuid:uuid>/", attachments.attachment, name="attachment"),
    path("findings/<int:pk>/", responsibility.decide, name="responsibility_decide"),
    path("findings/<int:pk>/object/", responsibility.contest, name="responsibility_object"),
    path("findings/<int:pk>/objection/", responsibility.settle, name="objection_settle"),
    # Reply templates.
    path("templates/", replies.templates, name="reply_templates"),
    path("templates/new/", replies.template_new, name="reply_template_new"),
    path("templates/<int:pk>/", replies.template_edit, name="reply_template"),
]
