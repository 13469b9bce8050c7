"""What tests of mail share."""

from tests.complaints.mail.imap import imap_server  # noqa: F401  (a fixture)
