"""Password rules beyond Django's own (GB/T 22239-2019 level 3: complexity)."""

import secrets
import string
from typing import TYPE_CHECKING

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    from accounts.models import User

REQUIRED_CLASSES = 3


class MinimumLengthValidator(password_validation.MinimumLengthValidator):
    """Django's rule with its message in Chinese, which Django has not translated."""

    def get_error_message(self) -> str:
        """What is wrong."""
        return f"密码太短，至少 {self.min_length} 个字符。"

    def get_help_text(self) -> str:
        """What the rule asks for."""
        return f"密码至少要 {self.min_length} 个字符。"


class CharacterClassesValidator:
    """At least three of: upper case, lower case, digits, punctuation."""

    def validate(self, password: str, user: "User | None" = None) -> None:  # noqa: ARG002
        """Raise ValidationError when too few classes appear."""
        classes = (string.ascii_uppercase, string.ascii_lowercase, string.digits)
        present = sum(any(char in chars for char in password) for chars in classes)
        present += any(not char.isalnum() for char in password)
        if present < REQUIRED_CLASSES:
            raise ValidationError(self.get_help_text(), code="password_too_simple")

    def get_help_text(self) -> str:
        """What the rule asks for."""
        return "密码须含大写字母、小写字母、数字、符号中的至少三类。"


# Without characters that are mistaken for one another when read out.
_UPPER, _LOWER, _DIGITS = "ABCDEFGHJKMNPQRSTUVWXYZ", "abcdefghjkmnpqrstuvwxyz", "23456789"


def temporary_password() -> str:
    """A random password of four groups that passes the rules, to be changed at first sign-in."""
    group = (_UPPER, _LOWER, _LOWER, _DIGITS)
    return "-".join("".join(secrets.choice(chars) for chars in group) for _ in range(4))
