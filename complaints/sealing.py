"""What customers entrust to the bank is sealed before it is stored (AES-256-GCM or SM4-GCM).

A sealed value is `key number (1 byte) · cipher (1 byte) · nonce (12) · ciphertext and tag`, bound to
the column it was sealed for. Numbers are found again by a keyed digest (`blind_index`).
"""

import hashlib
import hmac
import os
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings
from django.db import models

from accounts.refusals import Refused

AES, SM4 = 1, 2
CIPHERS: Final = {"AES-256-GCM": AES, "SM4-GCM": SM4}
_NONCE: Final = 12
_TAG: Final = 16
_SM4_KEY: Final = 16
SHORTEST: Final = 2 + _NONCE + _TAG  # an empty text, sealed


class SealBroken(Refused):
    """A sealed value cannot be opened: its key is gone, or it was altered or moved."""

    code = "seal_broken"


def seal(plain: bytes, purpose: str) -> bytes:
    """Seal with the current key and cipher, bound to a purpose (the column's or file's name)."""
    head = seal_head()
    key = settings.FIELD_KEYS[head[0]]
    nonce = os.urandom(_NONCE)
    bound = head + purpose.encode()
    if head[1] == AES:
        return head + nonce + AESGCM(key).encrypt(nonce, plain, bound)
    encryptor = Cipher(algorithms.SM4(key[:_SM4_KEY]), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound)
    return head + nonce + encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def unseal(sealed: bytes, purpose: str) -> bytes:
    """The plain bytes; SealBroken when they cannot be had."""
    if len(sealed) < SHORTEST or sealed[1] not in CIPHERS.values():
        raise SealBroken("不是有效的密文")
    key = settings.FIELD_KEYS.get(sealed[0])
    if key is None:
        raise SealBroken(f"缺少第{sealed[0]}号密钥")
    nonce, rest = sealed[2 : 2 + _NONCE], sealed[2 + _NONCE :]
    bound = sealed[:2] + purpose.encode()
    try:
        if sealed[1] == AES:
            return AESGCM(key).decrypt(nonce, rest, bound)
        mode = modes.GCM(nonce, rest[-_TAG:])
        decryptor = Cipher(algorithms.SM4(key[:_SM4_KEY]), mode).decryptor()
        decryptor.authenticate_additional_data(bound)
        return decryptor.update(rest[:-_TAG]) + decryptor.finalize()
    except InvalidTag as error:
        raise SealBroken("密文已损坏，或不属于这里") from error


def seal_head() -> bytes:
    """The two bytes what is sealed now begins with; anything else waits for `rotate_keys`."""
    return bytes([next(iter(settings.FIELD_KEYS)), CIPHERS[settings.FIELD_CIPHER]])


def blind_index(kind: str, number: str) -> bytes:
    """A keyed digest of a normalised number, by which equal numbers are found and nothing else."""
    message = f"{kind}:{number}".encode()
    if settings.BLIND_INDEX_HASH == "SM3":
        digest = HMAC(settings.BLIND_INDEX_KEY, hashes.SM3())
        digest.update(message)
        return digest.finalize()
    return hmac.new(settings.BLIND_INDEX_KEY, message, hashlib.sha256).digest()


class SealedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that is sealed in the database and plain in Python; it cannot be searched or sorted."""

    @property
    def purpose(self) -> str:
        """What values of this column are bound to."""
        return f"{self.model._meta.db_table}.{self.column}"  # noqa: SLF001  (Django's own name)

    def db_type(self, connection: Any) -> str:  # noqa: ARG002
        """Bytes."""
        return "bytea"

    def from_db_value(self, value: Any, *_: Any) -> str | None:
        """Open it."""
        return None if value is None else unseal(bytes(value), self.purpose).decode()

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: ARG002, FBT001, FBT002
        """Seal it."""
        if value is None:
            return None
        return connection.Database.Binary(seal(str(value).encode(), self.purpose))

    def get_lookup(self, lookup_name: str) -> Any:
        """Only whether there is one; sealed values compare to nothing."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
