"""Why an act on a teller's record is not done; every text is Chinese and for the user."""

from accounts.refusals import Refused


class RecordRefused(Refused):
    """The act cannot be done; nothing was changed."""

    code = "record_refused"


class PeriodMoved(RecordRefused):
    """The rating period is not in the state the act needs."""
