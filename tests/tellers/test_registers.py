"""The registers of quizzes, skill tests and trainings: by hand, put right, from files, by the API."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from outlets.services import staff_transfer
from outlets.services.staff import Place
from tellers.models import Attendance, Quiz, Training
from tests.factories import make_staff
from tests.reports.rows import release, stored
from tests.tellers.files import make_quiz, make_training

pytestmark = pytest.mark.django_db
TESTS, NEW = reverse("tellers:tests"), reverse("tellers:test_new")
DAY = date(2011, 4, 12)


@pytest.fixture
def pair(org):
    """Two tellers of a1."""
    return make_staff(unit=org.a1, number="T1", name="王芳"), make_staff(unit=org.a1, number="T2")


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def office(cast):
    return signed_in(cast.service_office)


@pytest.fixture
def api(cast):
    client = APIClient()
    client.force_authenticate(cast.service_office)
    return client


def new_url(org, day=DAY, kind="KNOWLEDGE"):
    return f"{NEW}?unit={org.a1.pk}&day={day}&kind={kind}"


def test_a_days_results_by_hand_move_the_month(org, office, pair):
    release(org.a1, score="90.00")
    first, second = pair
    assert "王芳" in office.get(new_url(org)).content.decode()
    done = office.post(new_url(org), {str(first.pk): "60", str(second.pk): ""})
    assert done.url == TESTS
    assert stored(org.a1).quiz == Decimal("60.00")
    [entry] = AuditEntry.objects.filter(event="quiz.add")
    assert (entry.subject, entry.detail["result"]) == ("2011-04-12 知识测试", "1 人")
    again = office.post(new_url(org), {str(first.pk): "99", str(second.pk): "80"})
    assert again.status_code == 422
    assert "当天已有成绩，请用更正" in again.content.decode()
    assert Quiz.objects.get().score == 60


@pytest.mark.parametrize(
    ("given", "said"),
    [("", "请至少填写一人的成绩"), ("101", "100"), ("x", "输入一个数")],
)
def test_what_is_no_result(org, office, pair, given, said):
    page = office.post(new_url(org), {str(pair[0].pk): given})
    assert page.status_code == 422
    assert said in page.content.decode()
    assert not Quiz.objects.exists()


def test_a_day_to_come(org, office, pair):
    page = office.post(new_url(org, day=date(2999, 1, 1)), {str(pair[0].pk): "90"})
    assert (page.status_code, Quiz.objects.exists()) == (422, False)
    assert "日期在将来" in page.content.decode()


def test_put_right_with_a_reason_and_taken_out(org, office, pair):
    release(org.a1, score="90.00")
    make_quiz(pair[0], DAY, 60)
    quiz = Quiz.objects.get()
    url = reverse("tellers:test_correct", args=[quiz.pk])
    assert office.post(url, {"score": "90"}).status_code == 422
    same = office.post(url, {"score": "60", "reason": "核对"})
    assert "成绩已经是 60.00 分" in same.content.decode()
    office.post(url, {"score": "90", "reason": "登记时看错"})
    assert stored(org.a1).quiz == Decimal("90.00")
    detail = AuditEntry.objects.get(event="quiz.correct").detail
    assert detail == {"before": "60.00", "after": "90", "reason": "登记时看错"}
    remove = reverse("tellers:test_remove", args=[quiz.pk])
    assert office.post(remove, {}).status_code == 422
    assert office.post(remove, {"reason": "不是本人"}).url == TESTS
    assert not Quiz.objects.exists()
    assert stored(org.a1).quiz is None
    assert office.get(url).status_code == 404


def test_each_outlet_reads_its_own_time(org, cast, office, pair):
    person = pair[0]
    staff_transfer(staff=person, place=Place(unit=org.b1, post="TELLER", start=date(2011, 7, 1)))
    make_quiz(person, DAY, 91)
    make_quiz(person, date(2011, 9, 8), 82)

    def scores(user, **query):
        page = signed_in(user).get(TESTS, query)
        return [quiz.score for quiz in page.context["page_obj"]]

    assert scores(cast.outlet_head) == scores(cast.institution_head) == [91]
    assert scores(cast.service_office) == [82, 91]
    assert scores(cast.service_office, unit=org.b.pk) == [82]
    assert scores(cast.service_office, last="2011-05-01", person="王芳", kind="KNOWLEDGE") == [91]
    assert scores(cast.service_office, below=90, sort="score") == [82]
    assert scores(cast.teller) == []


def test_lists_take_the_same_queries(org, office, pair):
    urls = (TESTS, reverse("tellers:trainings"), reverse("tellers:files"))

    def asked():
        counts = []
        for url in urls:
            with CaptureQueriesContext(connection) as queries:
                assert office.get(url).status_code == 200
            counts.append(len(queries))
        return counts

    make_quiz(pair[0], DAY)
    make_training(org.branch, DAY)
    asked()
    before = asked()
    for day in (13, 14):
        make_quiz(make_staff(unit=org.b1), DAY.replace(day=day))
        make_training(org.branch, DAY.replace(day=day))
    assert asked() == before


TRAINING = {
    "name": "服务礼仪", "first_day": "2011-04-16", "last_day": "2011-04-17", "hours": "8",
    "trainer": "李老师", "place": "培训中心", "note": "",
}  # fmt: skip


def test_a_training_and_who_came(org, cast, office, pair):
    made = office.post(reverse("tellers:training_new"), TRAINING)
    training = Training.objects.get()
    assert made.url == reverse("tellers:training", args=[training.pk])
    roll = f"{reverse('tellers:attendance', args=[training.pk])}?unit={org.a1.pk}"
    first, second = pair
    given = {f"came_{first.pk}": "yes", f"score_{first.pk}": "92", f"came_{second.pk}": "no"}
    wrong = office.post(roll, given | {f"score_{second.pk}": "50"})
    assert (wrong.status_code, Attendance.objects.exists()) == (422, False)
    office.post(roll, given)
    held = {row.staff: (row.attended, row.score) for row in Attendance.objects.all()}
    assert held == {first: (True, Decimal("92.00")), second: (False, None)}
    office.post(roll, {f"came_{second.pk}": "yes"})
    assert Attendance.objects.get(staff=second).attended
    assert Attendance.objects.count() == 2
    page = signed_in(cast.outlet_head).get(made.url)
    assert (page.context["came"], page.context["mean"]) == (2, 92)
    elsewhere = signed_in(cast.teller).get(made.url)
    assert elsewhere.context["rows"] == []


def test_what_is_no_training(org, office):
    new = reverse("tellers:training_new")
    office.post(new, TRAINING)
    twice = office.post(new, TRAINING)
    assert "2011-04-16已有同名的培训“服务礼仪”" in twice.content.decode()
    turned = office.post(new, TRAINING | {"name": "另一期", "last_day": "2011-04-01"})
    assert "结束日期早于开始日期" in turned.content.decode()
    assert Training.objects.count() == 1
    edit = reverse("tellers:training_edit", args=[Training.objects.get().pk])
    office.post(edit, TRAINING | {"hours": "6.5"})
    assert Training.objects.get().hours == Decimal("6.5")


def file_of(text, name="file.csv"):
    file = io.BytesIO(text.encode())
    file.name = name
    return file


def test_files_are_checked_then_taken_over(org, office, pair):
    make_training(org.branch, DAY, name="礼仪")
    files = {
        "tellers:quiz_import": "日期,员工号,成绩,类别\n2011-04-12,T1,92,知识\n",
        "tellers:attendance_import": "培训名称,开始日期,员工号,参加,成绩\n礼仪,2011-04-12,T1,是,90\n",
    }
    for name, text in files.items():
        page = office.post(reverse(name), {"file": file_of(text)})
        assert page.context["result"].created == 1
        office.post(reverse(name), {"token": page.context["token"]})
        assert office.get(reverse(f"{name}_template")).content.startswith(b"PK")
    assert (Quiz.objects.count(), Attendance.objects.count()) == (1, 1)


def test_bad_attendance_is_named(org, api, pair):
    make_training(org.branch, DAY, name="礼仪")
    make_staff(unit=org.a1, number="T3", start=date(2011, 5, 1))
    text = (
        "培训名称,开始日期,员工号,参加,成绩\n"
        "礼仪,2011-04-12,T1,是,90\n"
        "礼仪,2011/4/12,T1,是,91\n"
        "礼仪,2011-04-13,T2,是,\n"
        "礼仪,2011-04-12,T2,否,50\n"
        "礼仪,2011-04-12,T3,是,\n"
        "礼仪,2011-04-12,T9,是,\n"
    )
    refused = api.post("/api/v1/attendances/import/", {"file": file_of(text)}).json()
    assert [f"{row['line']} {row['column']} {row['reason']}" for row in refused["rows"]] == [
        "3 员工号 与第2行重复",
        "4 培训名称 没有2011-04-13开始的这个培训，请先登记",
        "5 成绩 缺席的人没有成绩",
        "6 员工号 该员工培训期间没有任职",
        "7 员工号 没有这个员工",
    ]
    assert not Attendance.objects.exists()


def test_the_same_day_written_twice_in_a_quiz_file(org, api, pair):
    text = "日期,员工号,成绩,类别\n2011-04-12,T1,92,知识\n2011/4/12,T1,93,知识\n"
    refused = api.post("/api/v1/quizzes/import/", {"file": file_of(text)}).json()
    [row] = refused["rows"]
    assert (row["line"], row["reason"]) == (3, "与第2行重复")


def test_the_api_does_what_the_pages_do(org, api, pair):
    first, second = pair
    body = {
        "date": "2011-04-12",
        "kind": "SKILL",
        "results": [{"staff": first.pk, "score": "80"}, {"staff": second.pk, "score": "70"}],
    }
    assert api.post("/api/v1/quizzes/", body, format="json").json() == {"created": 2}
    again = api.post("/api/v1/quizzes/", body, format="json")
    assert (again.status_code, Quiz.objects.count()) == (400, 2)
    quiz = Quiz.objects.get(staff=first)
    right = api.post(f"/api/v1/quizzes/{quiz.pk}/correct/", {"score": "85", "reason": "核对"})
    assert (right.json()["score"], right.json()["unit"]) == ("85.00", "甲一网点")
    same = api.post(f"/api/v1/quizzes/{quiz.pk}/correct/", {"score": "85", "reason": "核对"})
    assert (same.status_code, same.json()["code"]) == (409, "record_refused")
    assert api.post(f"/api/v1/quizzes/{quiz.pk}/remove/", {"reason": "误登"}).status_code == 204
    made = api.post("/api/v1/trainings/", TRAINING, format="json").json()
    rows = api.get("/api/v1/quizzes/", {"unit": org.a.pk}).json()["results"]
    assert [row["staff_number"] for row in rows] == ["T2"]
    assert api.get("/api/v1/quizzes/", {"unit": org.b.pk}).json()["results"] == []
    marks = {"marks": [{"staff": first.pk, "attended": True, "score": "90"}]}
    url = f"/api/v1/trainings/{made['id']}/"
    assert api.post(f"{url}attendance/", marks, format="json").json() == {
        "created": 1,
        "updated": 0,
    }
    changed = api.put(url, TRAINING | {"hours": "4.0"}, format="json").json()
    assert (changed["hours"], changed["came"]) == ("4.0", 1)
    [row] = api.get("/api/v1/attendances/", {"training": made["id"]}).json()["results"]
    assert (row["staff"]["number"], row["score"], row["unit"]) == ("T1", "90.00", "甲一网点")


def test_the_list_as_a_file(org, office, pair):
    make_quiz(pair[0], DAY, 91)
    make_quiz(pair[1], DAY, 70)
    answer = office.get(reverse("tellers:tests_export"), {"below": "80"})
    [_, row] = (
        CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    )
    assert row == [DAY, "T2", pair[1].name, "甲一网点", "知识", 70]
    assert AuditEntry.objects.get(event="quiz.export").detail == {"result": "1 条"}


def test_all_who_were_there_at_once(org, office, pair):
    training = make_training(org.branch, DAY)
    url = f"{reverse('tellers:attendance', args=[training.pk])}?unit={org.a.pk}"
    names = [f"came_{person.pk}" for person in pair]
    offered = office.get(f"{url}&came=on").context["form"]
    assert [offered[name].value() for name in names] == ["yes", "yes"]
    assert [office.get(url).context["form"][name].value() for name in names] == ["", ""]
