import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from complaints.models import SEALED, Letter
from complaints.sealed_files import file_delete, file_head, file_reseal, file_seal, file_unseal
from complaints.sealing import (
    CIPHERS,
    SHORTEST,
    SealBroken,
    SealedTextField,
    blind_index,
    seal,
    seal_head,
    unseal,
)
from tests.complaints.letters import make_letter

OLD, NEW = b"o" * 32, b"n" * 32
BOTH = pytest.mark.parametrize("cipher", CIPHERS)


@pytest.fixture(autouse=True)
def _keys(settings):
    settings.FIELD_KEYS = {1: OLD}


@BOTH
@pytest.mark.parametrize("plain", ["", "王小明", "a" * 1_000_000, "\x00\ufeff😀"])
def test_what_is_sealed_opens_again(settings, cipher, plain):
    settings.FIELD_CIPHER = cipher
    sealed = seal(plain.encode(), "t.c")
    assert sealed[:2] == bytes([1, CIPHERS[cipher]]) == seal_head()
    assert unseal(sealed, "t.c").decode() == plain
    assert len(sealed) == SHORTEST + len(plain.encode())


@BOTH
def test_the_same_text_sealed_twice_looks_different(settings, cipher):
    settings.FIELD_CIPHER = cipher
    assert seal(b"13812345678", "t.c") != seal(b"13812345678", "t.c")


@BOTH
def test_any_altered_byte_is_noticed(settings, cipher):
    settings.FIELD_CIPHER = cipher
    settings.FIELD_KEYS = {1: OLD, 3: OLD}
    sealed = seal(b"13812345678", "t.c")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 2
        with pytest.raises(SealBroken):
            unseal(bytes(changed), "t.c")


@BOTH
def test_a_value_moved_to_another_column_does_not_open(settings, cipher):
    settings.FIELD_CIPHER = cipher
    with pytest.raises(SealBroken, match="不属于这里"):
        unseal(seal(b"x", "letters.phone"), "letters.card")


@BOTH
def test_a_value_cut_short_does_not_open(settings, cipher):
    settings.FIELD_CIPHER = cipher
    sealed = seal(b"13812345678", "t.c")
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            unseal(sealed[:length], "t.c")


def test_a_missing_key_is_named(settings):
    sealed = seal(b"x", "t.c")
    settings.FIELD_KEYS = {2: NEW}
    with pytest.raises(SealBroken, match="缺少第1号密钥"):
        unseal(sealed, "t.c")


def test_an_old_key_opens_and_the_first_one_seals(settings):
    sealed = seal(b"x", "t.c")
    settings.FIELD_KEYS = {2: NEW, 1: OLD}
    assert unseal(sealed, "t.c") == b"x"
    assert seal(b"x", "t.c")[0] == 2


def test_another_key_under_the_same_number_does_not_open(settings):
    sealed = seal(b"x", "t.c")
    settings.FIELD_KEYS = {1: NEW}
    with pytest.raises(SealBroken):
        unseal(sealed, "t.c")


@given(st.binary(max_size=200))
def test_rubbish_is_refused(rubbish):
    with pytest.raises(SealBroken):
        unseal(rubbish, "t.c")


@pytest.mark.parametrize("name", ["SHA256", "SM3"])
def test_equal_numbers_have_equal_digests_and_others_do_not(settings, name):
    settings.BLIND_INDEX_HASH = name
    digest = blind_index("NUMBER", "13812345678")
    assert len(digest) == 32
    assert digest == blind_index("NUMBER", "13812345678")
    assert digest != blind_index("NUMBER", "13812345679")
    assert digest != blind_index("OTHER", "13812345678")
    settings.BLIND_INDEX_KEY = b"k" * 32
    assert digest != blind_index("NUMBER", "13812345678")


def test_the_two_hashes_differ(settings):
    settings.BLIND_INDEX_HASH = "SM3"
    sm3 = blind_index("NUMBER", "1")
    settings.BLIND_INDEX_HASH = "SHA256"
    assert sm3 != blind_index("NUMBER", "1")


@BOTH
@pytest.mark.django_db
def test_a_field_is_plain_in_python_and_sealed_in_the_database(org, settings, cipher):
    settings.FIELD_CIPHER = cipher
    letter = make_letter(branch=org.branch, customer_name="王小明", customer_card="")
    letter.refresh_from_db()
    assert (letter.customer_name, letter.customer_card) == ("王小明", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT customer_name FROM complaints_letter")
        stored = bytes(cursor.fetchone()[0])
    assert stored[:2] == seal_head()
    assert "王小明".encode() not in stored
    assert Letter.objects.filter(customer_name__isnull=False).exists()
    letter.customer_name = "李四"
    Letter.objects.bulk_update([letter], ["customer_name"])
    assert Letter.objects.values_list("customer_name", flat=True).get() == "李四"
    Letter.objects.update(customer_name="赵五")
    assert Letter.objects.get().customer_name == "赵五"


@pytest.mark.django_db
def test_a_value_moved_between_columns_of_the_table_does_not_open(org):
    make_letter(branch=org.branch)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE complaints_letter SET customer_card = customer_phone")
    with pytest.raises(SealBroken):
        Letter.objects.get()


@pytest.mark.parametrize("lookup", ["", "__contains", "__in", "__gt"])
def test_a_sealed_column_compares_to_nothing(lookup):
    value = ["a"] if lookup == "__in" else "a"
    with pytest.raises(FieldError):
        str(Letter.objects.filter(Q(**{f"customer_name{lookup}": value})).query)


def test_no_history_table_has_a_sealed_column_nor_the_text():
    histories = [m for m in apps.get_models() if hasattr(m, "pgh_tracked_model")]
    assert len(histories) > 5
    for model in histories:
        sealed = [f for f in model._meta.get_fields() if isinstance(f, SealedTextField)]
        assert sealed == [], model
    held = {field.name for field in Letter._meta.get_field("history").related_model._meta.fields}
    assert not held & {*SEALED, "text", "outcome"}


class TestFiles:
    @BOTH
    def test_a_file_is_sealed_on_the_disk_and_opens_by_its_name(self, settings, cipher):
        settings.FIELD_CIPHER = cipher
        name = file_seal("mails", b"13812345678")
        with default_storage.open(name) as file:
            assert b"13812345678" not in file.read()
        assert file_unseal(name) == b"13812345678"
        assert file_head(name) == seal_head()

    def test_a_file_in_the_place_of_another_does_not_open(self):
        one, other = file_seal("mails", b"a"), file_seal("mails", b"b")
        with default_storage.open(other) as file:
            content = file.read()
        with default_storage.open(one, "wb") as file:
            file.write(content)
        with pytest.raises(SealBroken):
            file_unseal(one)

    def test_a_file_is_sealed_anew_in_its_place(self, settings):
        name = file_seal("attachments", b"slip")
        settings.FIELD_KEYS = {2: NEW, 1: OLD}
        file_reseal(name)
        assert file_head(name) == seal_head()
        settings.FIELD_KEYS = {2: NEW}
        assert file_unseal(name) == b"slip"

    def test_a_file_that_is_gone_says_so(self):
        name = file_seal("mails", b"x")
        file_delete(name)
        file_delete(name)
        file_delete("")
        assert file_head(name) == b""
        with pytest.raises(SealBroken, match="不存在"):
            file_unseal(name)
