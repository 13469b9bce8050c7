"""Pages of letters."""

from django.urls import URLPattern, path, re_path

from complaints.views import (
    assigning,
    attachments,
    clock,
    clock_rules,
    handling,
    letter,
    mail,
    patterns,
    privacy,
    replies,
    responsibility,
    search,
    suggestions,
    todo,
    triage,
)

app_name = "complaints"
urlpatterns: list[URLPattern] = [
    # The list.
    path("", search.letters, name="letters"),
    path("views/", search.view_save, name="letter_view_save"),
    path("views/<int:pk>/delete/", search.view_delete, name="letter_view_delete"),
    # Customers' data.
    path("subject/", privacy.subject, name="subject"),
    path("<int:pk>/reveal/", privacy.reveal, name="reveal"),
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
    # What moves a letter's deadline.
    path("<int:pk>/clock/extension/", clock.extension, name="clock_extension"),
    path("<int:pk>/clock/extension/decide/", clock.extension_decide, name="clock_extension_decide"),
    path("<int:pk>/clock/extension/notify/", clock.extension_notify, name="clock_extension_notify"),
    path("<int:pk>/clock/appraisal/", clock.appraisal, name="clock_appraisal"),
    path("<int:pk>/clock/appraisal/end/", clock.appraisal_end, name="clock_appraisal_end"),
    path("<int:pk>/clock/facts/", clock.new_facts, name="clock_facts"),
    path("<int:pk>/clock/withdraw/", clock.withdraw, name="clock_withdraw"),
    path("<int:pk>/clock/review/", clock.review, name="clock_review"),
    path("<int:pk>/clock/review/decide/", clock.review_decide, name="clock_review_decide"),
    path("mine/", todo.mine, name="mine"),
    # Triage, and who handles what.
    path("triage/", triage.triage, name="triage"),
    path("triage/<int:pk>/", triage.triage_letter, name="triage_letter"),
    path("triage/<int:pk>/skip/", triage.triage_skip, name="triage_skip"),
    path("triage/<int:pk>/people/", triage.triage_people, name="triage_people"),
    path("<int:pk>/reassign/", assigning.reassign, name="letter_reassign"),
    path("<int:pk>/return/", assigning.send_back, name="letter_return"),
    path("<int:pk>/classify/", assigning.reclassify, name="letter_reclassify"),
    path("suggestions/", suggestions.suggestions, name="suggestions"),
    path("suggestions/train/", suggestions.train, name="suggestions_train"),
    path("rules/", clock_rules.rules, name="clock_rules"),
    path("rules/new/", clock_rules.rules_new, name="clock_rules_new"),
    path("attachments/<uuid:uuid>/", attachments.attachment, name="attachment"),
    path("findings/<int:pk>/", responsibility.decide, name="responsibility_decide"),
    path("findings/<int:pk>/object/", responsibility.contest, name="responsibility_object"),
    path("findings/<int:pk>/objection/", responsibility.settle, name="objection_settle"),
    # Reply templates.
    path("templates/", replies.templates, name="reply_templates"),
    path("templates/new/", replies.template_new, name="reply_template_new"),
    path("templates/<int:pk>/", replies.template_edit, name="reply_template"),
    # Letters by mail.
    path("mail/", mail.mails, name="mails"),
    path("mail/fetch/", mail.fetch, name="mail_fetch"),
    path("mail/replay/", mail.replay_all, name="mails_replay"),
    path("mail/<int:pk>/", mail.mail, name="mail"),
    path("mail/<int:pk>/replay/", mail.replay, name="mail_replay"),
    path("mail/<int:pk>/letter/", mail.make_letter, name="mail_letter"),
    path("mail/<int:pk>/ignore/", mail.ignore, name="mail_ignore"),
    path("mail/<int:pk>/raw/", mail.raw, name="mail_raw"),
    path("patterns/", patterns.patterns, name="patterns"),
    path("patterns/try/", patterns.attempt, name="patterns_try"),
    path("patterns/reset/", patterns.reset, name="patterns_reset"),
]
