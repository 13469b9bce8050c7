from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import InternalError, transaction

from accounts.models import AuditEntry
from reports.models import MonthClose, SchemeVersion, Season
from reports.scheme import DEFAULT_SCHEME
from reports.services.months import month_open, month_publish, months_close
from reports.services.schemes import (
    SchemeError,
    scheme_delete,
    scheme_draft,
    scheme_publish,
    scheme_revise,
    season_create,
)
from tests.reports.rows import APRIL, MAY

pytestmark = pytest.mark.django_db
HEAVY = replace(DEFAULT_SCHEME, weights={**DEFAULT_SCHEME.weights, "covert": Decimal(75)})


def draft(org, cast, **kw):
    kw = {"branch": org.branch, "label": "新办法", "month": MAY, "rules": HEAVY} | kw
    return scheme_draft(actor=cast.service_office, **kw)


def test_a_draft_changes_nothing_until_published(org, cast):
    month_open(branch=org.branch, month=APRIL)
    version = draft(org, cast)
    assert month_open(branch=org.branch, month=MAY).scheme != version
    assert scheme_publish(version=version, actor=cast.service_office) == [MAY]
    assert (version.published_by, version.effective_from) == (cast.service_office, MAY.first)
    events = AuditEntry.objects.filter(event__startswith="scheme.").order_by("id")
    assert [each.event for each in events] == ["scheme.draft", "scheme.publish"]


def test_published_is_frozen(org, cast):
    version = draft(org, cast)
    scheme_revise(
        version=version, label="改名", month=MAY, rules=DEFAULT_SCHEME, actor=cast.service_office
    )
    scheme_publish(version=version, actor=cast.service_office)
    for again in (
        lambda: scheme_publish(version=version, actor=cast.service_office),
        lambda: scheme_delete(version=version, actor=cast.service_office),
        lambda: scheme_revise(
            version=version, label="再改", month=MAY, rules=HEAVY, actor=cast.service_office
        ),
    ):
        with pytest.raises(SchemeError, match="已经发布"):
            again()
    with pytest.raises(InternalError), transaction.atomic():
        SchemeVersion.objects.filter(pk=version.pk).update(label="偷改")


def test_a_draft_may_be_thrown_away(org, cast):
    scheme_delete(version=draft(org, cast), actor=cast.service_office)
    assert not SchemeVersion.objects.exists()


@pytest.mark.parametrize("changed", [{"label": "另一名"}, {"month": APRIL}])
def test_one_label_and_one_month_each(org, cast, changed):
    draft(org, cast)
    with pytest.raises(SchemeError, match="已有名为"):
        draft(org, cast, **changed)


def test_not_into_published_or_closed_months(org, cast):
    month_publish(branch=org.branch, month=MAY, actor=None)
    with pytest.raises(SchemeError, match="2011年5月内部公示，新办法只能自其后的月份起施行"):
        draft(org, cast)
    version = draft(org, cast, month=MAY.next)
    months_close(branch_ids=[org.branch.pk], month=MAY.next, actor=None)
    with pytest.raises(SchemeError, match="2011年6月已封账"):
        scheme_publish(version=version, actor=cast.service_office)


def test_a_published_month_keeps_its_scheme(org, cast):
    record = month_publish(branch=org.branch, month=APRIL, actor=None)
    scheme_publish(version=draft(org, cast), actor=cast.service_office)
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    assert MonthClose.objects.get(month=APRIL.first).scheme == record.scheme


def test_seasons_do_not_overlap(org, cast):
    def create(name, first, last):
        return season_create(
            branch=org.branch, name=name, first=first, last=last, actor=cast.service_office
        )

    create("一", APRIL, MAY)
    for name, first, last, reason in (
        ("二", MAY, MAY.next, "与“一”的月份重叠"),
        ("一", MAY.next, MAY.next, "已有名为“一”的赛季"),
        ("二", MAY, APRIL, "末月不能早于首月"),
    ):
        with pytest.raises(SchemeError, match=reason):
            create(name, first, last)
    create("二", MAY.next, MAY.next)
    assert Season.objects.count() == 2
