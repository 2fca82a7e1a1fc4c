"""The staff side: Django's admin under our name, with its lists in the order of the work."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest

# Heading, then the models below it in this order.
GROUPS = (
    ("Decide", ("Proposal",)),
    ("Studies", ("Study", "Revision")),
    ("Words and definitions", ("CaseDefinition", "Topic", "GlossaryTerm")),
    ("Staff", ("User", "Group")),
)


class StaffSite(AdminSite):
    site_header = "ME/CFS Study Atlas — staff"
    site_title = "ME/CFS Study Atlas — staff"
    index_title = "What would you like to do?"
    enable_nav_sidebar = False  # eight lists stand on the first page; the room is for the work

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """The lists this person may see, by subject; Django's own grouping where one app is asked for."""
        apps = super().get_app_list(request, app_label)
        return apps if app_label else grouped(apps)


class StaffConfig(AdminConfig):
    default_site = "atlas_site.staff.StaffSite"


def grouped(apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Django's list of apps as our groups; a model that no group names comes last under its app's own heading."""
    left = {model["object_name"]: (app, model) for app in apps for model in app["models"]}
    groups = []
    for number, (heading, names) in enumerate(GROUPS):
        found = [left.pop(name) for name in names if name in left]
        if found:
            groups.append(_group(heading, f"group-{number}", found))
    for app in apps:
        rest = [left.pop(model["object_name"]) for model in app["models"] if model["object_name"] in left]
        if rest:
            groups.append(_group(app["name"], app["app_label"], rest))
    return groups


def _group(heading: str, label: str, found: list[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    app = found[0][0]
    return {**app, "name": heading, "app_label": label, "models": [model for _, model in found]}
