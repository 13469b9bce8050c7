"""The triage screen, the pages of who handles what, and of the suggestions' figures."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.jobs import job_run
from accounts.models import Job
from accounts.roles import Role
from complaints.models import Letter, LetterEvent, TriageLease
from complaints.services.triage import letter_return, letter_take
from outlets.services.calendar import calendar_seed
from tests.complaints.generated import make_decided
from tests.complaints.letters import BODY, make_letter
from tests.factories import make_outlet, make_staff, make_user

pytestmark = pytest.mark.django_db

TOLD = "客户王小明（电话13812345678）投诉：在甲一网点柜台取款，柜员李红态度生硬，要找媒体。"


@pytest.fixture
def office(client, cast):
    calendar_seed(year=2011)
    client.force_login(cast.service_office)
    return client


@pytest.fixture
def letter(org):
    return make_letter(branch=org.branch, body=TOLD)


def url(name, *args):
    return reverse(f"complaints:{name}", args=args)


def filled(org, cast, **kw):
    return {
        "kind": "COMPLAINT",
        "channel": "HOTLINE",
        "severity": "GRAVE",
        "unit": org.a1.pk,
        "staff": "",
        "service_channel": "A01",
        "business": "B01",
        "cause": "C01",
        "handler": cast.institution_head.pk,
    } | kw


def assigned(org, cast, handler):
    return make_letter(
        branch=org.branch, unit=org.a1, kind="INQUIRY", state="ASSIGNED", handler=handler
    )


# The screen


def test_the_next_letter_with_everything_suggested(office, org, cast, letter):
    person = make_staff(unit=org.a1, name="李红")
    page = office.get(url("triage")).content.decode()
    assert "还有 1 封待分派" in page
    assert letter.reference in page
    assert '<mark class="tr-mark" data-label="机构">甲一网点</mark>' in page
    assert 'value="COMPLAINT" data-key="4" checked' in page
    assert f'value="{org.a1.pk}" data-keys="甲一网点' in page
    assert "文中写明“甲一网点”" in page
    assert f'<option value="{person.pk}"' in page
    assert "文中提到“李红”" in page
    assert "2011-05-15" in page
    assert "2011-04-30+15日=2011-05-15" in page
    assert "须回避：来信涉及承办人所在机构" in page
    assert TriageLease.objects.get().triager == cast.service_office


def test_nothing_of_the_customers_stands_on_the_page(office, letter):
    page = office.get(url("triage")).content.decode()
    assert "13812345678" not in page
    assert "王小明" not in page
    assert "138****5678" in page


def test_text_is_text(office, org):
    make_letter(branch=org.branch, body="<script>投诉</script>")
    page = office.get(url("triage")).content.decode()
    assert (
        '&lt;script&gt;<mark class="tr-mark" data-label="类型">投诉</mark>&lt;/script&gt;' in page
    )


def test_saving_shows_the_next(office, org, cast, letter):
    after = make_letter(branch=org.branch, received_at=timezone.now())
    response = office.post(url("triage_letter", letter.pk), filled(org, cast), follow=True)
    page = response.content.decode()
    assert f"{letter.reference}已分派给{cast.institution_head.name}" in page
    assert after.reference in page
    letter.refresh_from_db()
    assert (letter.state, letter.kind, letter.unit) == ("ASSIGNED", "COMPLAINT", org.a1)
    assert (letter.handler, letter.severity) == (cast.institution_head, "GRAVE")


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"kind": ""}, "请选择类型"),
        ({"unit": ""}, "请选择涉及机构"),
        ({"unit": "9" * 30}, "选择一个有效的选项"),
        ({"cause": ""}, "投诉须选投诉原因"),
        ({"cause": "X"}, "不在可用的选项中"),
        ({"handler": ""}, "请选择承办人"),
    ],
)
def test_an_error_keeps_what_was_chosen(office, org, cast, letter, changed, text):
    data = filled(org, cast, business="B08", severity="SERIOUS") | changed
    response = office.post(url("triage_letter", letter.pk), data)
    page = response.content.decode()
    assert response.status_code == 422
    assert text in page
    assert '<option value="B08" data-keys="外汇 waihui wh b08" selected>' in page
    assert 'value="SERIOUS" data-cycle="d" checked' in page
    letter.refresh_from_db()
    assert letter.state == "RECEIVED"


def test_a_handler_who_must_recuse_is_named_and_stays_chosen(office, org, cast, letter):
    data = filled(org, cast, handler=cast.outlet_head.pk)
    response = office.post(url("triage_letter", letter.pk), data)
    assert response.status_code == 422
    page = response.content.decode()
    assert f"{cast.outlet_head.name}须回避：来信涉及承办人所在机构" in page
    assert f'<option value="{cast.outlet_head.pk}"' in page


def test_saved_twice_is_saved_once(office, org, cast, letter):
    office.post(url("triage_letter", letter.pk), filled(org, cast))
    again = office.post(url("triage_letter", letter.pk), filled(org, cast))
    assert again.status_code == 409
    assert "现在是“办理中”，不能分派" in again.content.decode()
    assert LetterEvent.objects.filter(letter=letter, kind="ASSIGNED").count() == 1


def test_a_letter_somebody_else_sorts(office, org, cast, letter):
    other = make_user(role=Role.SERVICE_OFFICE, unit=org.branch, name="李四")
    letter_take(letter=letter, triager=other)
    assert "正由李四分拣" in office.get(url("triage")).content.decode()
    shown = office.get(url("triage_letter", letter.pk), follow=True)
    assert f"来信{letter.reference}正由李四分拣" in shown.content.decode()
    refused = office.post(url("triage_letter", letter.pk), filled(org, cast))
    assert refused.status_code == 409
    assert "正由李四分拣" in refused.content.decode()


def test_skipped_letters_come_again_at_the_end(office, org, letter):
    after = make_letter(branch=org.branch, received_at=timezone.now())
    assert letter.reference in office.get(url("triage")).content.decode()
    shown = office.post(url("triage_skip", letter.pk), follow=True).content.decode()
    assert after.reference in shown
    assert not TriageLease.objects.filter(letter=letter).exists()
    shown = office.post(url("triage_skip", after.pk), follow=True).content.decode()
    assert letter.reference in shown


def test_a_chosen_letter_out_of_turn(office, org, letter):
    later = make_letter(branch=org.branch, received_at=timezone.now())
    assert later.reference in office.get(url("triage_letter", later.pk)).content.decode()


def test_nothing_left(office):
    assert "没有待分派的来信" in office.get(url("triage")).content.decode()


def test_a_returned_letter_says_why_and_keeps_what_was_decided(office, org, cast, letter):
    office.post(url("triage_letter", letter.pk), filled(org, cast, cause="C04"))
    letter.refresh_from_db()
    letter_return(letter=letter, reason="不属本行", actor=cast.institution_head)
    page = office.get(url("triage")).content.decode()
    assert "退回分派：不属本行" in page
    assert '<option value="C04" data-keys="定价收费 dingjiashoufei djsf c04" selected>' in page


def test_likely_duplicates_with_percentage_and_reason(office, org, letter):
    twin = make_letter(branch=org.branch, body=TOLD + "速复。", received_at=timezone.now())
    Letter.objects.filter(pk=twin.pk).update(
        received_at=letter.received_at, state="ASSIGNED", kind="INQUIRY"
    )
    page = office.get(url("triage")).content.decode()
    assert twin.reference in page
    assert "同一号码" in page
    assert "电话；文字相似 9" in page


def test_other_units_the_text_may_mean(office, org):
    make_outlet(parent=org.a, code="ASA9", name="钟楼支行", short_name="钟楼支行")
    twin = make_outlet(parent=org.b, code="ASB9", name="钟楼分理处", short_name="钟楼分理处")
    make_letter(branch=org.branch, body="投诉钟楼那家排队")
    page = office.get(url("triage")).content.decode()
    assert "也可能是" in page
    assert f'data-choose="unit" value="{twin.pk}">钟楼分理处（ASB9）</button>' in page


def test_people_of_another_unit(office, org, cast, letter):
    person = make_staff(unit=org.b1, name="赵六")
    page = office.get(url("triage_people", letter.pk), {"unit": org.b1.pk}).content.decode()
    assert f'<option value="{person.pk}"' in page
    assert f'<option value="{cast.service_office.pk}"' in page
    assert cast.institution_head.name not in page
    named = make_user(role=Role.DEPARTMENT, unit=org.branch, staff=person, name="赵六")
    asked = {"unit": org.b1.pk, "staff": person.pk, "handler": named.pk}
    page = office.get(url("triage_people", letter.pk), asked).content.decode()
    assert "须回避：承办人就是来信涉及的员工" in page
    assert office.get(url("triage_people", letter.pk), {"unit": "x"}).status_code == 200


def test_wrong_methods(office, letter):
    assert office.post(url("triage")).status_code == 405
    assert office.get(url("triage_skip", letter.pk)).status_code == 405
    assert office.post(url("triage_people", letter.pk)).status_code == 405
    assert office.put(url("triage_letter", letter.pk)).status_code == 405


def test_outsiders(client, cast, org, letter):
    foreign = make_letter(branch=org.other)
    for name, status in (("leadership", 403), ("outlet_head", 403), ("service_office", 404)):
        client.force_login(getattr(cast, name))
        assert client.get(url("triage_letter", foreign.pk)).status_code == status
        assert client.post(url("triage_skip", foreign.pk)).status_code == status


def test_a_constant_number_of_queries(office, org, cast, letter, django_assert_max_num_queries):
    office.get(url("triage"))

    def queries():
        with django_assert_max_num_queries(60) as counted:
            office.get(url("triage"))
        return len(counted)

    def more(n):
        make_outlet(parent=org.a, name=f"新{n}网点")
        make_staff(unit=org.a1)
        make_user(role=Role.SERVICE_OFFICE, unit=org.branch, staff=make_staff(unit=org.a2))
        make_letter(branch=org.branch, body=TOLD + str(n), received_at=timezone.now())

    more(1)
    few = queries()
    for n in range(2, 5):
        more(n)
    assert queries() == few <= 25


# Again, back, right


def test_reassigning(office, org, cast):
    letter = assigned(org, cast, cast.institution_head)
    shown = office.get(url("letter_reassign", letter.pk)).content.decode()
    assert f'<option value="{cast.department.pk}"' in shown
    assert f'<option value="{cast.outlet_head.pk}"' not in shown
    refused = office.post(url("letter_reassign", letter.pk), {"handler": cast.department.pk})
    assert refused.status_code == 422
    data = {"handler": cast.department.pk, "reason": "出差"}
    office.post(url("letter_reassign", letter.pk), data)
    letter.refresh_from_db()
    assert letter.handler == cast.department


def test_returning_is_the_handlers(client, org, cast):
    letter = assigned(org, cast, cast.department)
    client.force_login(cast.service_office)
    assert client.get(url("letter_return", letter.pk)).status_code == 403
    client.force_login(cast.department)
    assert "退回分派" in client.get(url("letter", letter.pk)).content.decode()
    assert client.post(url("letter_return", letter.pk), {"reason": ""}).status_code == 422
    done = client.post(url("letter_return", letter.pk), {"reason": "不是本部门的事"})
    assert done.status_code == 302
    letter.refresh_from_db()
    assert (letter.state, letter.handler) == ("RECEIVED", None)


def test_putting_right(office, org, cast):
    letter = assigned(org, cast, cast.service_office)
    shown = office.get(url("letter_reclassify", letter.pk)).content.decode()
    assert "更正分类" in shown
    data = filled(org, cast, kind="COMPLAINT", business="")
    refused = office.post(url("letter_reclassify", letter.pk), data)
    assert refused.status_code == 422
    assert "投诉须选业务类别" in refused.content.decode()
    office.post(url("letter_reclassify", letter.pk), filled(org, cast, unit=org.b1.pk))
    letter.refresh_from_db()
    assert (letter.kind, letter.unit, letter.handler) == (
        "COMPLAINT",
        org.b1,
        cast.service_office,
    )


# The suggestions' figures


def test_figures_before_there_is_anything_to_learn_from(office):
    page = office.get(url("suggestions")).content.decode()
    assert "目前都由名称和词语模式建议" in page
    assert "还差 200 封才能训练" in page


@pytest.mark.django_db(transaction=True)
def test_training_from_the_page(office, org):
    org.a1.district, org.b2.district = "钟楼边", "菜市场对面"
    make_decided(org.branch, 220, [org.a1, org.b2])
    shown = office.post(url("suggestions_train"), follow=True).content.decode()
    assert "已开始训练" in shown
    assert "mc-job" in shown
    office.post(url("suggestions_train"))
    job = Job.objects.get(kind="letters_train")
    job_run(job.pk)
    page = office.get(url("suggestions")).content.decode()
    assert "类型、机构、原因由本行来信训练的模型建议" in page
    assert "胜过模式" in page
    assert office.get(url("suggestions_train")).status_code == 405


def test_figures_are_the_offices(client, cast):
    client.force_login(cast.leadership)
    assert client.get(url("suggestions")).status_code == 403
    assert client.post(url("suggestions_train")).status_code == 403


def test_the_sample_letter_is_masked(office, org):
    make_letter(branch=org.branch, body=BODY)
    assert "138****5678" in office.get(url("triage")).content.decode()
