"""Why an act is not done."""


class Refused(Exception):
    """A service refuses an act; nothing was changed, and the text is Chinese and for the user."""
