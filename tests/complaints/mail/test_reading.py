"""Every mail of the collections, read without a database."""

import pytest

from complaints.mail.message import read
from complaints.mail.recognise import Ours
from tests.complaints.mail.builder import Sent
from tests.complaints.mail.good import good_mails
from tests.complaints.mail.hostile import OWN_ADDRESS, hostile_mails

OURS = Ours(frozenset({OWN_ADDRESS}), frozenset({"mingcha.bank.example"}))
READABLE = [one for one in (*good_mails(), *hostile_mails()) if one.text is not None]


@pytest.mark.parametrize("sent", READABLE, ids=lambda one: one.name)
def test_the_text_is_what_was_written(sent: Sent):
    reading = read(sent.raw, OURS)
    assert reading.text == sent.text
    assert reading.problem == ""
    assert {name: getattr(reading, name) for name in sent.fields} == sent.fields


@pytest.mark.parametrize("sent", good_mails(), ids=lambda one: one.name)
def test_files_have_their_names(sent: Sent):
    assert tuple(file.name for file in read(sent.raw, OURS).files) == sent.files
