"""Why an act on a letter is not done; every text is Chinese and for the user."""

from accounts.refusals import Refused
from complaints.models import Letter


class ActRefused(Refused):
    """The act cannot be done; nothing was changed."""

    code = "act_refused"


class LetterMoved(ActRefused):
    """The letter is no longer in a state in which the act can be done."""

    code = "letter_moved"

    def __init__(self, letter: Letter, act: str) -> None:
        state = Letter.State(letter.state).label
        super().__init__(f"来信{letter.reference}现在是“{state}”，不能{act}")


class MustRecuse(ActRefused):
    """The user has an interest in the letter and may not handle it (回避)."""

    code = "must_recuse"
