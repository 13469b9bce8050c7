
import pytest

from tests.inspections.builders import make_version, make_visit, submit


@pytest.fixture
def visit(org, cast):
    make_version(org.branch)
    return make_visit(org.a1, cast.inspector)


def test_submit_scores(visit, django_assert_max_num_queries):
    submit(visit)
