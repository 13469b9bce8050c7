"""Pages of service files, the evaluation device, quizzes, skill tests and trainings."""

from django.urls import path

from tellers.views import devices, files, tests, trainings

urlpatterns = [
    path("files/", files.files, name="files"),
    path("files/<int:pk>/", files.file, name="file"),
    path("files/<int:pk>/comments/", files.comment, name="file_comment"),
    path("devices/", devices.devices, name="devices"),
    path("devices/month.xlsx", devices.devices_export, name="devices_export"),
    path("devices/import/", devices.device_import, name="device_import"),
    path("devices/import/template/", devices.device_import_template, name="device_import_template"),
    path("tests/", tests.tests, name="tests"),
    path("tests/results.xlsx", tests.tests_export, name="tests_export"),
    path("tests/new/", tests.test_new, name="test_new"),
    path("tests/import/", tests.quiz_import, name="quiz_import"),
    path("tests/import/template/", tests.quiz_import_template, name="quiz_import_template"),
    path("tests/<int:pk>/", tests.test_correct, name="test_correct"),
    path("tests/<int:pk>/remove/", tests.test_remove, name="test_remove"),
    path("tests/trainings/", trainings.trainings, name="trainings"),
    path("tests/trainings/new/", trainings.training_new, name="training_new"),
    path("tests/trainings/import/", trainings.attendance_import, name="attendance_import"),
    path(
        "tests/trainings/import/template/",
        trainings.attendance_import_template,
        name="attendance_import_template",
    ),
    path("tests/trainings/<int:pk>/", trainings.training, name="training"),
    path("tests/trainings/<int:pk>/edit/", trainings.training_edit, name="training_edit"),
    path("tests/trainings/<int:pk>/attendance/", trainings.attendance, name="attendance"),
]
