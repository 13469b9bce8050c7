from decimal import Decimal

import pytest
from django.db import InternalError, transaction

from accounts.models import AuditEntry
from reports.models import Correction, MonthClose, MonthlyScore
from reports.selectors.figures import scores_latest
from reports.selectors.waiting import pending_of
from reports.services.corrections import CorrectionError, correction_issue
from reports.services.months import months_close
from reports.services.rollup import months_roll_up
from tests.reports.rows import APRIL, MAY, make_inspection, release, stored

pytestmark = pytest.mark.django_db


def issue(org, cast, **kw):
    kw = {"branch": org.branch, "month": APRIL, "reason": "漏报一次暗访"} | kw
    return correction_issue(actor=cast.service_office, **kw)


def close(org, month=APRIL):
    months_close(branch_ids=[org.branch.pk], month=month, actor=None)


def test_new_figures_stand_beside_the_old(org, cast):
    release(org.a1, score="90.00")
    release(org.b1, score="80.00")
    close(org)
    late = release(org.b1, "COVERT", score="100.00")
    record = MonthClose.objects.get()
    assert [one.id for one in pending_of(record)] == [late.pk]
    correction = issue(org, cast)
    assert correction.number == 1
    old, new = stored(org.b1), stored(org.b1, edition=1)
    assert (old.total, old.rank) == (Decimal("80.00"), 2)
    assert (new.total, new.rank, new.frozen) == (Decimal("90.00"), 1, True)
    assert pending_of(record) == []
    assert {row.edition for row in scores_latest(org.branch.pk)} == {1}
    assert MonthlyScore.objects.filter(edition=1).count() == 6


def test_differences_name_figures_and_ranks(org, cast):
    release(org.a1, score="90.00")
    release(org.b1, score="80.00")
    close(org)
    release(org.b1, "COVERT", score="100.00")
    differences = issue(org, cast).differences
    first = differences[0]
    assert (first["kind"], first["unit"], first["rank_change"]) == ("OUTLET", org.b1.pk, 1)
    assert ["total", "80.00", "90.00"] in first["changes"]
    assert ["rank", 2, 1] in first["changes"]
    # 90.00 both, but without a covert visit: behind.
    assert (differences[1]["unit"], differences[1]["rank_change"]) == (org.a1.pk, -1)
    assert {each["kind"] for each in differences[2:]} == {"INSTITUTION"}


def test_other_facts_with_the_same_figures(org, cast):
    release(org.a1, score="90.00")
    close(org)
    release(org.a1, score="90.00")
    correction = issue(org, cast)
    assert correction.differences == [
        {"kind": "OUTLET", "unit": org.a1.pk, "changes": [], "rank_change": 0}
    ]


def test_corrections_are_numbered_and_audited(org, cast):
    release(org.a1, score="90.00")
    close(org)
    for score in ("80.00", "70.00"):
        release(org.a1, score=score)
        issue(org, cast)
    assert [each.number for each in Correction.objects.all()] == [1, 2]
    assert stored(org.a1, edition=2).total == Decimal("80.00")
    subjects = AuditEntry.objects.filter(event="month.correct").values_list("subject", flat=True)
    assert sorted(subjects) == ["示例分行 2011年4月第1号更正", "示例分行 2011年4月第2号更正"]


def test_the_open_month_after_follows(org, cast):
    release(org.a1, score="90.00")
    release(org.b1, score="80.00")
    close(org)
    months_roll_up(branch_ids=[org.branch.pk], month=MAY)
    assert stored(org.b1, MAY).previous_rank == 2
    release(org.b1, "COVERT", score="100.00")
    issue(org, cast)
    assert stored(org.b1, MAY).previous_rank == 1
    months_roll_up(branch_ids=[org.branch.pk], month=MAY)
    assert stored(org.b1, MAY).previous_rank == 1


def test_the_closed_month_after_stays(org, cast):
    release(org.a1, score="90.00")
    close(org)
    close(org, MAY)
    release(org.b1, score="99.00")
    issue(org, cast)
    assert stored(org.b1, MAY).previous_rank is None


def test_nothing_to_correct(org, cast):
    release(org.a1)
    with pytest.raises(CorrectionError, match="尚未封账"):
        issue(org, cast)
    close(org)
    with pytest.raises(CorrectionError, match="没有需要更正的内容"):
        issue(org, cast)
    make_inspection(org.a1, state="SUBMITTED", score="10.00")
    with pytest.raises(CorrectionError, match="没有需要更正的内容"):
        issue(org, cast)


def test_corrections_cannot_be_changed(org, cast):
    release(org.a1)
    close(org)
    release(org.a1, score="10.00")
    issue(org, cast)
    with pytest.raises(InternalError), transaction.atomic():
        Correction.objects.update(reason="")
    with pytest.raises(InternalError), transaction.atomic():
        MonthlyScore.objects.filter(edition=1).update(total=100)
