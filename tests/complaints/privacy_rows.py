"""Who gets in at the list of letters and at what is done with customers' data."""

from accounts.roles import Capability
from complaints.models import SavedView
from tests.access_table import Row, who
from tests.complaints.handling_rows import ELSEWHERE, HANDLERS, foreign, own, sibling

READ = who(Capability.LETTERS_READ)


def _view_of_another(org):
    return {"pk": SavedView.objects.create(user=org.cast.teller, name="别人的", query={}).pk}


SETTINGS = who(Capability.LETTERS_SETTINGS)
# Who else reads the letter does not see the customer.
ROWS = [
    Row("complaints:reveal", HANDLERS, own=own, other=foreign, sibling=sibling, bound=ELSEWHERE),
    Row("complaints:reveal", HANDLERS, own=own, other=foreign, method="POST"),
    Row("complaints:subject", SETTINGS),
    Row("complaints:subject", SETTINGS, method="POST"),
    Row("complaints:letters", READ),
    Row("complaints:letters", READ, method="POST"),
    Row("complaints:letter_view_save", READ, method="POST"),
    Row("complaints:letter_view_delete", READ, method="POST", own=None, other=_view_of_another),
]
