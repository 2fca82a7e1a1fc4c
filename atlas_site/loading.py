"""All of the program that answers requests, loaded before the first one comes.

An upgrade changes the files below a process that goes on answering until it is restarted. One that reads a module, a template
or the names of the style sheets only then mixes two states of the program, and its pages fail.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import Engine
from django.urls import get_resolver

from atlas_site.caching.editions import edition

PACKAGES = ("atlas_site", "contributions", "studies")
# Commands are processes of their own, and importing the entry point would start a second application.
NOT_SERVED = (".management", ".migrations", "atlas_site.wsgi")


def load_whole() -> None:
    """Modules, addresses, templates, the names that style sheets have now, and what stands for all of these."""
    for name in modules():
        import_module(name)
    _ = get_resolver().url_patterns
    engine = Engine.get_default()
    for name in templates():
        engine.get_template(name)
    bool(staticfiles_storage)
    edition()


def modules() -> Iterator[str]:
    """Names of all modules that a web process can need."""
    for package in PACKAGES:
        found = pkgutil.walk_packages(import_module(package).__path__, f"{package}.")
        yield from (each.name for each in found if not any(part in each.name for part in NOT_SERVED))


def templates() -> Iterator[str]:
    """Names of the program's own templates, as pages ask for them."""
    folders = [Path(str(each)) for each in Engine.get_default().dirs]
    folders += [Path(apps.get_app_config(name).path) / "templates" for name in PACKAGES]
    for folder in folders:
        yield from (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
