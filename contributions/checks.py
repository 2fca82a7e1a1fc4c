"""Checks of `manage.py check --deploy` for the private side."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from contributions import keys


@register(Tags.security, deploy=True)
def check_keys(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """One error for each key list that is missing or cannot be read."""
    found: list[CheckMessage] = []
    for number, load in enumerate((keys.encryption_keys, keys.receipt_keys), 1):
        try:
            load()
        except ImproperlyConfigured as error:
            found.append(
                Error(str(error), hint="Without it the atlas does not start.", id=f"contributions.E00{number}")
            )
    return found
