"""The names of permissions, which leads read when they give rights: what a model is called now, not when its table was made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.apps import apps as all_apps
from django.contrib.auth import get_permission_codename
from django.db import router
from django.db.models import Model


def follow(app_config: AppConfig, *, using: str, apps: Any = all_apps, **kwargs: Any) -> None:
    """Receiver of `post_migrate`, for every app: permissions that stand already get the names that Django gives new ones.

    `apps` is the project as the migrations left it, so that a way back brings the names of before. It does not matter whether
    Django makes new permissions before or after this. Permissions that no model names are left alone.
    """
    try:
        permissions = apps.get_model("auth", "Permission")
        models = list(apps.get_app_config(app_config.label).get_models())
    except LookupError:
        return  # not migrated yet, or an app without tables
    if not models or not router.allow_migrate_model(using, permissions):
        return
    named = {key: name for model in models for key, name in _names(model)}
    standing = permissions.objects.using(using).filter(content_type__app_label=app_config.label)
    for pk, kind, codename, name in standing.values_list("pk", "content_type__model", "codename", "name"):
        if named.get((kind, codename), name) != name:
            permissions.objects.using(using).filter(pk=pk).update(name=named[kind, codename])


def _names(model: type[Model]) -> Iterator[tuple[tuple[str, str], str]]:
    """Model and code name of each permission of a model, with its name."""
    options = model._meta
    for action in options.default_permissions:
        codename = get_permission_codename(action, options)
        yield (str(options.model_name), codename), f"Can {action} {options.verbose_name_raw}"
    for codename, name in options.permissions:
        yield (str(options.model_name), codename), str(name)
