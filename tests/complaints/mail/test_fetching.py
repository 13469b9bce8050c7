"""Mail through a real IMAP server: nothing is lost, nothing is double, every text as it was written."""

import base64
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection

from complaints.models import Letter, Mail
from complaints.sealed_files import file_unseal
from tests.complaints.mail.builder import Sent, letter_text, mail, part
from tests.complaints.mail.good import good_mails
from tests.complaints.mail.hostile import OWN_ADDRESS, hostile_mails
from tests.complaints.mail.imap import PASSWORD

GOOD, HOSTILE = good_mails(), hostile_mails()
ALL = [*GOOD, *HOSTILE]
ROOT = Path(__file__).resolve().parent.parent.parent.parent


@pytest.fixture
def one_branch(org):
    """The branch, as the only one."""
    org.other.delete() if False else None
    return org.branch


@pytest.fixture
def mailbox(settings, imap_server, request):
    """Settings that point at a mailbox of the test's own; its user's name."""
    user = f"user{abs(hash(request.node.nodeid))}"
    settings.MAIL_IMAP_URL = imap_server.url
    settings.MAIL_IMAP_USER = user
    settings.MAIL_IMAP_PASSWORD = PASSWORD
    settings.MAIL_IMAP_CA_PATH = imap_server.certificate
    settings.MAIL_OWN_ADDRESSES = [OWN_ADDRESS]
    return user


def fetch(*options: str) -> str:
    """What the command says."""
    out = StringIO()
    call_command("fetch_letters", "--unit", "AS", *options, stdout=out)
    return out.getvalue()


def states() -> Counter[str]:
    return Counter(Mail.objects.values_list("state", flat=True))


def test_every_mail_ends_somewhere_and_nothing_is_lost(org, mailbox, imap_server):
    imap_server.deliver(mailbox, *(one.raw for one in ALL))

    said = fetch()

    expected = Counter(one.state for one in ALL)
    assert len(GOOD) == 40
    assert len(HOSTILE) >= 20
    assert states() == expected
    assert sum(states().values()) == len(ALL)
    assert Letter.objects.count() == expected["TAKEN"]
    assert said.startswith(f"取信完成：共{len(ALL)}封：已成来信{expected['TAKEN']}，待人工处理")
    assert imap_server.unseen(mailbox) == 0
    mails = dict(zip((one.name for one in ALL), Mail.objects.order_by("id"), strict=True))
    for sent in ALL:
        _as_expected(sent, mails[sent.name])


def _as_expected(sent: Sent, kept: Mail) -> None:
    """The row, the letter with its text and files, and the raw mail."""
    assert (kept.state, sent.reason in kept.reason) == (sent.state, True), (sent.name, kept.reason)
    assert file_unseal(kept.file).replace(b"\r\n", b"\n") == sent.raw.replace(b"\r\n", b"\n")
    if sent.text is None:
        assert kept.letter is None
        return
    assert kept.letter.body == sent.text, sent.name
    assert kept.letter.kind == "COMPLAINT"
    names = [one.name for one in kept.letter.attachments.all()]
    assert names == list(sent.files), sent.name
