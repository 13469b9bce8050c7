"""Why an act on a teller's record is not done; every text is Chinese and for the user."""


class RecordRefused(Exception):
    """The act cannot be done; nothing was changed."""


class PeriodMoved(RecordRefused):
    """The rating period is not in the state the act needs."""
