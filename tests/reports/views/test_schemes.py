import pytest
from django.urls import reverse

from accounts.models import Job
from reports.forms.schemes import scheme_form
from reports.models import SchemeVersion, Season
from reports.scheme import DEFAULT_SCHEME, SchemeRules
from reports.services.months import month_open
from tests.reports.rows import APRIL

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, cast):
    client.force_login(cast.service_office)
    return client


def url(name, *args):
    return reverse(f"reports:{name}", args=args)


def filled(**changes):
    """The form as it comes, with some fields changed."""
    form = scheme_form(None, None)
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data = {name: value for name, value in data.items() if value is not None}
    return data | {"label": "2012年办法", "month": "2012-01"} | changes


def test_before_there_is_one(office, org):
    html = office.get(url("schemes")).content.decode()
    assert "第一个月汇总时自动采用初始办法" in html


def test_the_rules_in_words_and_numbers(client, org, cast):
    month_open(branch=org.branch, month=APRIL)
    client.force_login(cast.outlet_head)
    html = client.get(url("schemes")).content.decode()
    assert "现行的是“初始办法”，自2011年4月起施行。" in html
    assert "总分相同，依次比较暗访、有效投诉（少者在前）、明查" in html
    assert '<th scope="row">星级柜员牌</th><td class="num">35</td>' in html
    assert "起草新办法" not in html


def test_the_form_says_back_what_ships():
    form = scheme_form(None, filled())
    assert form.is_valid(), form.errors
    assert form.cleaned_data["rules"] == DEFAULT_SCHEME


def test_draft_edit_publish(office, org):
    month_open(branch=org.branch, month=APRIL)
    response = office.post(url("scheme_new"), filled(weight_covert="30.5", tie_3="quiz"))
    version = SchemeVersion.objects.get(label="2012年办法")
    assert response.url == url("scheme", version.pk)
    rules = SchemeRules.from_json(version.rules)
    assert str(rules.weights["covert"]) == "30.5"
    assert rules.tie_break[3] == "quiz"
    assert "草稿" in office.get(url("scheme", version.pk)).content.decode()
    html = office.get(url("scheme_edit", version.pk)).content.decode()
    assert 'value="30.5"' in html
    assert (
        office.post(url("scheme_edit", version.pk), filled(month="2011-04")).status_code == 422
    )  # there is one from April already
    office.post(url("scheme_edit", version.pk), filled(month="2011-05"))
    month_open(branch=org.branch, month=APRIL.next)
    html = office.post(url("scheme_publish", version.pk), follow=True).content.decode()
    assert "正在按新办法重新汇总2011年5月" in html
    assert Job.objects.get().period == "2011-05"
    assert office.get(url("scheme_edit", version.pk)).status_code == 404
    assert office.post(url("scheme_publish", version.pk)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"month": "2012/1"}, "不是有效的月份"),
        ({"label": ""}, "必填项"),
        ({"weight_open": "-1"}, "大于或等于"),
        ({"usage_share": "0.7"}, "评价率与满意率所占份额之和应为1"),
        ({"tie_1": "covert"}, "同分比较的项目不能重复"),
        ({"floor": "120"}, "总分下限不能为负，也不能大于上限"),
        ({"weight_open": "1.234"}, "小数"),
    ],
)
def test_what_contradicts_itself_is_refused(office, org, changes, message):
    response = office.post(url("scheme_new"), filled(**changes))
    assert response.status_code == 422
    html = response.content.decode()
    assert message in html
    assert "2012年办法" in html or "label" in changes
    assert not SchemeVersion.objects.filter(published_at=None).exists()


def test_drafts_are_for_those_who_edit(client, office, org, cast):
    office.post(url("scheme_new"), filled(), follow=True)
    version = SchemeVersion.objects.get()
    client.force_login(cast.leadership)
    assert "2012年办法" not in client.get(url("schemes")).content.decode()
    assert client.get(url("scheme", version.pk)).status_code == 404
    assert client.get(url("scheme_new")).status_code == 403
    assert client.post(url("scheme_publish", version.pk)).status_code == 403


def test_delete(office, org):
    office.post(url("scheme_new"), filled())
    version = SchemeVersion.objects.get()
    assert office.get(url("scheme_delete", version.pk)).status_code == 405
    office.post(url("scheme_delete", version.pk))
    assert not SchemeVersion.objects.exists()


def test_seasons(office, org):
    data = {"name": "竞赛", "first": "2011-04", "last": "2011-12"}
    assert office.post(url("season_new"), data | {"last": "2011-01"}).status_code == 422
    assert office.post(url("season_new"), data).url == url("schemes")
    assert Season.objects.get().name == "竞赛"
    response = office.post(url("season_new"), data)
    assert response.status_code == 422
    assert "重叠" in response.content.decode()
    assert "竞赛" in office.get(url("schemes")).content.decode()
