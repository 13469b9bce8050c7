"""The card of the deadline and the pages behind it: success, invalid, wrong method, outsider, repeat."""

import re
from datetime import date, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from complaints.models import ClockVersion, Letter, LetterEvent
from complaints.services.letters import NewEvent, events_add, letter_event_add
from complaints.services.reminders import letters_remind
from tests.complaints.letters import make_letter
from tests.complaints.test_deadlines import WINDING, WINDING_STEPS, event

TODAY = timezone.localdate
NEXT_YEAR = f"{TODAY().year + 1}-01-01"


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def winding(org, cast, **kw):
    """The letter of the table: extension, exclusion, new facts, withdrawal."""
    first, *more = map(event, WINDING)
    letter = make_letter(
        branch=org.branch, unit=org.a1, kind="COMPLAINT", received_at=noon(first.day),
        state="WITHDRAWN", handler=cast.department, **kw,
    )  # fmt: skip
    events_add(
        [NewEvent(letter, one.kind, noon(one.day), dict(one.detail)) for one in more], actor=None
    )
    return letter


@pytest.fixture
def letter(org, cast):
    return make_letter(
        branch=org.branch, unit=org.a1, kind="COMPLAINT", state="ASSIGNED",
        handler=cast.department, received_at=timezone.now() - timedelta(days=5),
    )  # fmt: skip


@pytest.fixture
def enter(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def url(name, letter):
    return reverse(f"complaints:clock_{name}", args=[letter.pk])


def steps_of(html):
    """The lines of the explanation as they stand on the page."""
    (listed,) = re.findall(r'<ol class="lt-steps".*?</ol>', html, re.DOTALL)
    lines = []
    for item in re.findall(r"<li>(.*?)</li>", listed, re.DOTALL):
        words = [one.strip() for one in re.sub(r"<[^>]+>", "\n", item).splitlines()]
        lines.append([one for one in words if one and one != "期限"])
    return lines


def test_the_page_explains_a_winding_letter_as_the_table_does(org, cast, enter):
    letter = winding(org, cast)
    response = enter(cast.department).get(reverse("complaints:letter", args=[letter.pk]))
    expected = [
        [f"2026-{day}", event, sum_, article, f"2026-{due}" if due else "—"]
        for day, event, article, sum_, due in WINDING_STEPS
    ]
    assert steps_of(response.content.decode()) == expected
    assert "期限已终止" in response.content.decode()


PAGES = {
    "extension": {"reason": "需调阅录像"},
    "appraisal": {"matter": "委托笔迹鉴定", "means": "电话", "on": TODAY()},
    "facts": {"reason": "另有一笔", "on": TODAY()},
    "withdraw": {"reason": "客户来电撤回", "on": TODAY()},
}
KINDS = {
    "extension": "EXTENSION_ASKED",
    "appraisal": "APPRAISAL_STARTED",
    "facts": "NEW_FACTS",
    "withdraw": "WITHDRAWN",
}


@pytest.mark.parametrize("name", PAGES)
class TestActs:
    def test_done_it_leads_back_to_the_letter(self, letter, cast, enter, name):
        response = enter(cast.department).post(url(name, letter), PAGES[name])
        assert response.url == reverse("complaints:letter", args=[letter.pk])
        assert letter.events.filter(kind=KINDS[name], actor=cast.department).count() == 1

    def test_shown_before(self, letter, cast, enter, name):
        response = enter(cast.department).get(url(name, letter))
        assert response.status_code == 200
        assert letter.reference in response.content.decode()

    def test_incomplete_it_keeps_what_was_typed(self, letter, cast, enter, name):
        response = enter(cast.department).post(url(name, letter), {"on": "1999-01-01"})
        assert response.status_code == 422
        assert not letter.events.filter(kind=KINDS[name]).exists()

    def test_not_in_another_state(self, letter, cast, enter, name):
        Letter.objects.filter(pk=letter.pk).update(state="ANSWERED")
        response = enter(cast.department).post(url(name, letter), PAGES[name])
        assert response.status_code == 409
        assert "现在是“已答复”" in response.content.decode()

    def test_by_no_other_method(self, letter, cast, enter, name):
        assert enter(cast.department).put(url(name, letter)).status_code == 405

    def test_not_by_the_head_of_the_named_outlet(self, letter, cast, enter, name):
        assert enter(cast.outlet_head).get(url(name, letter)).status_code == 403


class TestExtension:
    def ask(self, letter, enter, user):
        return enter(user).post(url("extension", letter), {"reason": "需调阅录像"})

    def test_from_request_to_approval(self, letter, cast, enter):
        self.ask(letter, enter, cast.department)
        page = enter(cast.leadership).get(url("extension_decide", letter)).content.decode()
        assert "申请按“情况复杂”延期：需调阅录像" in page
        enter(cast.leadership).post(url("extension_decide", letter), {"decision": "approve"})
        letter.refresh_from_db()
        assert letter.due_on == TODAY() - timedelta(days=5) + timedelta(days=30)

    def test_refused_with_a_reason(self, letter, cast, enter):
        self.ask(letter, enter, cast.department)
        client = enter(cast.leadership)
        response = client.post(url("extension_decide", letter), {"decision": "refuse"})
        assert (response.status_code, "请写明原因" in response.content.decode()) == (422, True)
        client.post(url("extension_decide", letter), {"decision": "refuse", "reason": "材料已齐"})
        assert letter.events.filter(kind="EXTENSION_REFUSED").exists()

    def test_not_by_oneself(self, letter, cast, enter):
        self.ask(letter, enter, cast.service_office)
        response = enter(cast.service_office).post(
            url("extension_decide", letter), {"decision": "approve"}
        )
        assert response.status_code == 409

    def test_nothing_to_decide(self, letter, cast, enter):
        response = enter(cast.leadership).post(
            url("extension_decide", letter), {"decision": "approve"}
        )
        assert "没有等待审批的延期申请" in response.content.decode()

    @pytest.mark.parametrize("act", ["extension_decide", "review_decide"])
    def test_nothing_is_asked_when_nothing_waits(self, act, letter, cast, enter):
        response = enter(cast.leadership).get(url(act, letter), follow=True)
        assert response.redirect_chain == [(reverse("complaints:letter", args=(letter.pk,)), 302)]
        assert "没有等待" in response.content.decode()

    def test_the_further_one(self, letter, cast, enter):
        for kind, actor in (("EXTENSION_ASKED", cast.department), ("EXTENDED", cast.leadership)):
            letter_event_add(letter=letter, kind=kind, actor=actor, level="COMPLEX", reason="难")
        self.ask(letter, enter, cast.department)
        decided = {"decision": "approve", "authority": "省分行〔2026〕3号"}
        enter(cast.leadership).post(url("extension_decide", letter), decided)
        told = {"means": "书面", "on": TODAY()}
        enter(cast.department).post(url("extension_notify", letter), told)
        letter.refresh_from_db()
        assert letter.due_on == TODAY() - timedelta(days=5) + timedelta(days=60)


class TestAppraisalAndReview:
    def test_an_appraisal_ends(self, letter, cast, enter):
        client = enter(cast.department)
        client.post(url("appraisal", letter), PAGES["appraisal"])
        page = client.get(reverse("complaints:letter", args=[letter.pk])).content.decode()
        assert "鉴定中，期限停止计算" in page
        client.post(url("appraisal_end", letter), {"on": TODAY()})
        letter.refresh_from_db()
        assert letter.due_on == TODAY() + timedelta(days=10)

    def test_a_review_asked_and_decided(self, letter, cast, enter):
        Letter.objects.filter(pk=letter.pk).update(state="ANSWERED")
        letter_event_add(letter=letter, kind="ANSWERED", actor=cast.department)
        asked = {"reason": "不服", "on": TODAY()}
        enter(cast.department).post(url("review", letter), asked)
        page = enter(cast.leadership).get(reverse("complaints:letter", args=[letter.pk]))
        assert "作出核查决定" in page.content.decode()
        decided = {"result": "维持原处理决定", "opinion": "程序适当", "on": TODAY()}
        enter(cast.leadership).post(url("review_decide", letter), decided)
        kinds = letter.events.values_list("kind", flat=True)
        assert {"REVIEW_ASKED", "REVIEW_DECIDED"} <= set(kinds)


class TestCard:
    def labels(self, letter, enter, user):
        html = enter(user).get(reverse("complaints:letter", args=[letter.pk])).content.decode()
        (ways,) = re.findall(r'<p class="lt-due-ways">(.*?)</p>', html, re.DOTALL) or [""]
        return re.findall(r"</svg>([^<]+)</a>", ways)

    def test_offers_what_can_be_done(self, letter, cast, enter):
        assert self.labels(letter, enter, cast.department) == [
            "开始鉴定", "申请延期", "登记新事实", "客户撤回",
        ]  # fmt: skip
        assert self.labels(letter, enter, cast.outlet_head) == []

    def test_offers_the_decision_to_who_signs(self, letter, cast, enter):
        enter(cast.department).post(url("extension", letter), {"reason": "难"})
        assert self.labels(letter, enter, cast.leadership) == ["审批延期"]
        page = enter(cast.leadership).get(reverse("complaints:letter", args=[letter.pk]))
        assert "申请延期（情况复杂），待另一人审批：难</p>" in page.content.decode()
        assert "申请延期" not in self.labels(letter, enter, cast.department)

    def test_past_the_deadline_only_withdrawal_is_left(self, org, cast, enter):
        late = make_letter(
            branch=org.branch, unit=org.a1, kind="COMPLAINT", state="ASSIGNED",
            handler=cast.department, received_at=timezone.now() - timedelta(days=20),
        )  # fmt: skip
        assert self.labels(late, enter, cast.department) == ["客户撤回"]


class TestMine:
    def test_lists_what_waits_with_its_reminders(self, letter, cast, enter, org):
        Letter.objects.filter(pk=letter.pk).update(handler=cast.institution_head)
        letters_remind(branch=org.branch, today=TODAY() + timedelta(days=8))
        page = enter(cast.institution_head).get(reverse("complaints:mine")).content.decode()
        assert letter.reference in page
        assert "还有10天" in page
        assert "即将到期" in page
        assert "王小明" not in page

    def test_empty_it_says_so(self, cast, enter):
        page = enter(cast.outlet_head).get(reverse("complaints:mine")).content.decode()
        assert "没有待办来信" in page

    def test_is_told_on_the_first_page(self, letter, cast, enter):
        page = enter(cast.department).get(reverse("home")).content.decode()
        assert "1封来信等待您处理" in page

    def test_costs_the_same_for_one_and_for_three(
        self, org, cast, enter, django_assert_max_num_queries
    ):
        client = enter(cast.department)
        for _ in range(2):
            with django_assert_max_num_queries(12):
                client.get(reverse("complaints:mine"))
            for _ in range(3):
                make_letter(
                    branch=org.branch, unit=org.a1, kind="COMPLAINT", state="ASSIGNED",
                    handler=cast.department, received_at=timezone.now(),
                )  # fmt: skip


class TestRules:
    FORM = {
        "label": "修订", "effective_on": NEXT_YEAR, "complaint_days": 10,
        "complex_days": 20, "further_days": 20, "most_days": 40, "review_ask_days": 30,
        "review_days": 30, "remind_before": 2, "escalate_after": 3, "working_INQUIRY": 2,
        "working_PRAISE": 3, "working_SUGGESTION": 5, "regulation": "消费投诉处理管理办法",
        "article_withdrawal": "第十六条",
    }  # fmt: skip

    def test_say_what_is_in_force(self, cast, enter):
        page = enter(cast.outlet_head).get(reverse("complaints:clock_rules")).content.decode()
        assert "投诉 15 日，情况复杂 30 日，最长 60 日" in page
        assert "制定新规则" not in page

    def test_a_version_is_published(self, cast, enter):
        client = enter(cast.service_office)
        response = client.post(reverse("complaints:clock_rules_new"), self.FORM)
        assert response.url == reverse("complaints:clock_rules")
        version = ClockVersion.objects.get()
        assert version.rules["working_days"] == {"INQUIRY": 2, "PRAISE": 3, "SUGGESTION": 5}
        page = client.get(response.url).content.decode()
        assert "修订" in page
        assert "尚未施行" in page
        assert AuditEntry.objects.filter(event="letter.clock_version").exists()

    def test_what_contradicts_itself_is_refused(self, cast, enter):
        wrong = self.FORM | {"most_days": 10}
        response = enter(cast.service_office).post(reverse("complaints:clock_rules_new"), wrong)
        assert response.status_code == 422
        assert "最长期限不能短于情况复杂的期限" in response.content.decode()

    def test_the_same_day_twice(self, cast, enter):
        client = enter(cast.service_office)
        client.post(reverse("complaints:clock_rules_new"), self.FORM)
        response = client.post(reverse("complaints:clock_rules_new"), self.FORM)
        assert response.status_code == 422
        assert f"已有自{NEXT_YEAR}起的规则" in response.content.decode()

    def test_a_new_one_begins_as_a_copy_of_the_latest(self, cast, enter):
        client = enter(cast.service_office)
        client.post(reverse("complaints:clock_rules_new"), self.FORM)
        form = client.get(reverse("complaints:clock_rules_new")).context["form"]
        assert form["complaint_days"].value() == 10
        assert form["article_withdrawal"].value() == "第十六条"


def test_events_of_the_pages_hold_no_customer(letter, cast, enter):
    enter(cast.department).post(
        url("facts", letter), {"reason": "王小明另用13812345678来电", "on": TODAY()}
    )
    details = str(list(LetterEvent.objects.values_list("detail", flat=True)))
    assert "王小明" not in details
    assert "13812345678" not in details
