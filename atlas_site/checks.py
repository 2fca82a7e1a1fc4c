"""Checks of `manage.py check --deploy`: what a public server must not be started with, and what to do about it."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.core.checks import Warning as Caution

from studies.oai import identity

LOCAL_HOSTS = {"127.0.0.1", "localhost", "[::1]"}


@register(Tags.security, deploy=True)
def check_not_local(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    if not settings.LOCAL or settings.DEBUG:  # DEBUG has Django's own check
        return []
    hint = "Set ATLAS_LOCAL=0, and keep the local.env of scripts/run out of the data folder."
    return [Error("ATLAS_LOCAL is on: one-time logins work.", hint=hint, id="atlas.E001")]


@register(Tags.security, deploy=True)
def check_hosts(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    hosts = set(settings.ALLOWED_HOSTS)
    if not hosts - LOCAL_HOSTS:
        hint = "Set ALLOWED_HOSTS to the names readers use, such as atlas.example.org."
        return [Error("ALLOWED_HOSTS names no public host.", hint=hint, id="atlas.E002")]
    if "*" in hosts:
        hint = "Name the hosts one by one: links in feeds and mails are built from the host a request names."
        return [Error("ALLOWED_HOSTS accepts every host.", hint=hint, id="atlas.E003")]
    return []


@register(Tags.security, deploy=True)
def check_address(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    if settings.HTTPS:
        return []
    hint = "Set ATLAS_URL to the public address, beginning with https://."
    return [Error("ATLAS_URL is not an HTTPS address.", hint=hint, id="atlas.E004")]


@register(Tags.security, deploy=True)
def check_sources(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    if not settings.ATLAS_SOURCES_LOOPBACK:
        return []
    hint = "Set ATLAS_SOURCES_LOOPBACK=0; it is for tests."
    return [Error("ATLAS_SOURCES_LOOPBACK is on: this machine may play a source.", hint=hint, id="atlas.E005")]


@register(Tags.security, deploy=True)
def check_one_person(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    if not settings.ATLAS_ONE_PERSON:
        return []
    hint = "Set ATLAS_ONE_PERSON=0 as soon as two people can approve changes."
    return [Info("ATLAS_ONE_PERSON is on: nobody approves a second time.", hint=hint, id="atlas.I001")]


@register(Tags.security, deploy=True)
def check_lines(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """What goes over a network of others is encrypted, and the other side is known."""
    found: list[CheckMessage] = []
    if any(_is_open(database) for database in settings.DATABASES.values()):
        hint = "Add ?sslmode=verify-full to its address, and &sslrootcert= where its authority is not a public one."
        found.append(Caution("A database on another machine is asked without TLS.", hint=hint, id="atlas.W010"))
    if _is_elsewhere(settings.EMAIL_HOST) and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL):
        hint = "Begin EMAIL_URL with smtp+tls:// or smtp+ssl://."
        found.append(Caution("Mail goes to another machine without TLS.", hint=hint, id="atlas.W011"))
    return found


def _is_open(database: dict[str, Any]) -> bool:
    options = database.get("OPTIONS", {})
    hosts = str(options.get("host") or database.get("HOST", "")).split(",")  # several, for a failover
    return any(map(_is_elsewhere, hosts)) and options.get("sslmode", "") not in {"verify-ca", "verify-full"}


def _is_elsewhere(host: str) -> bool:
    """Whether a host may be on another machine: not a socket, not this machine, not a name without a dot, as containers have."""
    return not host.startswith("/") and host not in LOCAL_HOSTS | {"::1"} and ("." in host or ":" in host)


@register(Tags.security, deploy=True)
def check_operator(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Whoever writes to a site has a right to know who reads it, and many laws ask for a name and an address."""
    if settings.ATLAS_OPERATOR:
        return []
    hint = "Set ATLAS_OPERATOR to the name and postal address of whoever runs the atlas."
    return [Caution("ATLAS_OPERATOR is not set: no page says who runs this site.", hint=hint, id="atlas.W014")]


@register(Tags.security, deploy=True)
def check_contact(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    if identity.has_contact():
        return []
    hint = "Set ATLAS_CONTACT to a mail address that somebody reads."
    return [Caution("ATLAS_CONTACT is not set: harvesters of /oai/ cannot reach you.", hint=hint, id="atlas.W001")]
