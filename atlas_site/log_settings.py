"""Django's dictionary of the log, for settings.py. Pure."""

from __future__ import annotations

from typing import Any


def logging_of(*, level: str, form: str) -> dict[str, Any]:
    """One handler, on the root; `form` is "line" or "json".

    No handler mails errors to anybody, and Django's own handlers are taken off. What is typed could pass through SQL and
    template messages, so these stay off at every level.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "probes": {"()": "atlas_site.logs.ProbesFilter"},
            "private": {"()": "atlas_site.logs.PrivateFilter"},
        },
        "formatters": {
            "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
            "json": {"()": "atlas_site.logs.JsonFormatter"},
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": form, "filters": ["probes", "private"]}
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "NOTSET"},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            "django.db.backends": {"level": "INFO"},
            "django.template": {"level": "INFO"},
            "atlas_site.account_events": {"level": "INFO"},  # who signed in, and who could not, is always told
        },
    }
