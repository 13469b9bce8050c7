"""How allauth's second factors behave here: their secrets are stored encrypted."""

import base64
import hashlib
from functools import cache

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings


@cache
def _cipher(secret: str) -> Fernet:
    key = hashlib.sha256(f"mingcha second factor {secret}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """TOTP secrets and recovery seeds are useless to whoever reads the table alone."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "验证码不正确。",
        "cannot_generate_recovery_codes": "启用两步验证后才能生成恢复码。",
    }

    def encrypt(self, text: str) -> str:
        """For the table."""
        return _cipher(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """From the table."""
        return _cipher(settings.SECRET_KEY).decrypt(encrypted_text.encode()).decode()
