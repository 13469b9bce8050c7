from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlets.months import InvalidMonth, Month

months = st.builds(Month, st.integers(1950, 2900), st.integers(1, 12))


def test_parts() -> None:
    month = Month.parse("2012-02")
    assert month == Month(2012, 2)
    assert (month.first, month.last) == (date(2012, 2, 1), date(2012, 2, 29))
    assert (str(month), month.label) == ("2012-02", "2012年2月")
    assert (month.previous, month.next) == (Month(2012, 1), Month(2012, 3))
    assert date(2012, 2, 29) in month
    assert date(2012, 3, 1) not in month


def test_turn_of_the_year() -> None:
    assert Month(2011, 12).next == Month(2012, 1)
    assert Month(2012, 1).previous == Month(2011, 12)
    assert Month(2011, 12) + 13 == Month(2013, 1)
    assert Month(2011, 12) < Month(2012, 1)


def test_range() -> None:
    season = Month(2011, 11).range_to(Month(2012, 2))
    assert [str(month) for month in season] == ["2011-11", "2011-12", "2012-01", "2012-02"]
    assert Month(2011, 4).range_to(Month(2011, 4)) == [Month(2011, 4)]
    assert Month(2011, 4).range_to(Month(2011, 3)) == []


@pytest.mark.parametrize(
    "text",
    ["", "2011", "2011-4", "2011/04", "201104", "11-04", "2011-04-30", "２０１１-04", "x" * 99],
)
def test_not_a_month(text: str) -> None:
    with pytest.raises(InvalidMonth, match="不是有效的月份") as error:
        Month.parse(text)
    assert len(str(error.value)) < 60


@pytest.mark.parametrize("text", ["2011-00", "2011-13", "1899-12", "3000-01", "0000-01"])
def test_month_out_of_range(text: str) -> None:
    with pytest.raises(InvalidMonth, match="月份应在1至12之间"):
        Month.parse(text)


def test_no_month_before_the_first() -> None:
    with pytest.raises(InvalidMonth):
        _ = Month(1900, 1).previous


@given(months)
def test_parse_is_the_inverse_of_str(month: Month) -> None:
    assert Month.parse(str(month)) == month


@given(months)
def test_months_meet(month: Month) -> None:
    assert month.last + timedelta(days=1) == month.next.first
    assert Month.of(month.first) == Month.of(month.last) == month == month.next.previous


@given(months, st.integers(-500, 500))
def test_addition_is_ordered_and_undone(month: Month, n: int) -> None:
    assert (month + n) + -n == month
    assert (month + n > month) == (n > 0)
    assert len(month.range_to(month + n)) == max(0, n + 1)
