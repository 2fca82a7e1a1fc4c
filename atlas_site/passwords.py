"""What a password may be, beside Django's own rules."""

from django.core.exceptions import ValidationError

LONGEST = 128  # characters; longer ones cost the server time and make no password better


class MaximumLengthValidator:
    """Refuses what is longer than `LONGEST` characters."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return f"Your password can have up to {LONGEST} characters."
