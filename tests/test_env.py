"""Settings are read loudly: what is wrong stops the start with its name and reason."""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env

KEY, OTHER = (base64.b64encode(one * 32).decode() for one in (b"k", b"o"))


@pytest.fixture(autouse=True)
def _names_apart(monkeypatch):
    """What is read here is no setting of the product."""
    monkeypatch.setattr(env, "NAMES", set())


def test_keys_keep_their_order_the_first_is_the_one_in_use(monkeypatch):
    monkeypatch.setenv("X", f"2:{KEY}, 1:{OTHER}")
    assert list(env.keys("X", required=True).items()) == [(2, b"k" * 32), (1, b"o" * 32)]


def test_keys_may_stand_in_a_file(monkeypatch, tmp_path):
    file = tmp_path / "keys"
    file.write_text(f"1:{KEY}\n")
    monkeypatch.setenv("X_FILE", str(file))
    assert env.keys("X", required=True) == {1: b"k" * 32}
    assert env.one_key("X", required=True) == b"k" * 32


def test_none_is_none_unless_required(monkeypatch):
    monkeypatch.delenv("X", raising=False)
    assert env.keys("X", required=False) == {}
    assert env.one_key("X", required=False) is None
    with pytest.raises(ImproperlyConfigured, match="必须设置 X"):
        env.keys("X", required=True)


@pytest.mark.parametrize(
    "value",
    [
        KEY,
        f"0:{KEY}",
        f"256:{KEY}",
        f"a:{KEY}",
        "1:",
        "1:????",
        "1:c2hvcnQ=",
        f"1:{KEY}{KEY}",
        f"1:{KEY},2",
    ],
)
def test_what_is_no_key_is_refused(monkeypatch, value):
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured, match="X 应写成") as refused:
        env.keys("X", required=True)
    assert KEY not in str(refused.value)


def test_a_number_stands_for_one_key(monkeypatch):
    monkeypatch.setenv("X", f"1:{KEY},1:{OTHER}")
    with pytest.raises(ImproperlyConfigured, match="重复的编号"):
        env.keys("X", required=True)


@pytest.mark.parametrize("value", [f"2:{KEY}", f"1:{KEY},2:{OTHER}"])
def test_a_key_that_never_changes_is_one(monkeypatch, value):
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured, match="只能有一把"):
        env.one_key("X", required=True)


def test_one_of_several(monkeypatch):
    monkeypatch.delenv("X", raising=False)
    assert env.one_of("X", ["SHA256", "SM3"]) == "SHA256"
    monkeypatch.setenv("X", "SM3")
    assert env.one_of("X", ["SHA256", "SM3"]) == "SM3"
    monkeypatch.setenv("X", "MD5")
    with pytest.raises(ImproperlyConfigured, match="SHA256 或 SM3"):
        env.one_of("X", ["SHA256", "SM3"])
