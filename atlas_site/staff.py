"""The staff side: Django's admin under our name, with its lists in the order of the work."""

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth import logout
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

# Heading, then the models below it in this order.
GROUPS = (
    ("Decide", ("Contribution", "Proposal", "Finding")),
    ("Bring in", ("Arrival", "Upload", "PossibleDuplicate", "SourceQuery", "SyncRun")),
    ("Studies", ("Study", "PublishingOrder", "Revision")),
    ("Words and definitions", ("Guide", "GlossaryTerm", "CaseDefinition", "Topic")),
    ("Staff", ("User", "Group")),
)


class StaffSite(AdminSite):
    site_header = "ME/CFS Study Atlas — staff"
    site_title = "ME/CFS Study Atlas — staff"
    index_title = "What would you like to do?"
    login_template = "admin/sign_in.html"
    password_change_template = "admin/password_change.html"  # noqa: S105 - a path
    password_change_done_template = "admin/password_change_done.html"  # noqa: S105
    enable_nav_sidebar = False  # all lists stand on the first page; the room is for the work

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff who gave their second factor in this session; every page of the admin asks this first."""
        from atlas_site.second_factor import is_verified

        return super().has_permission(request) and is_verified(request)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Name and password; whoever has given these goes on to the second factor."""
        from atlas_site import second_factor, second_factor_pages
        from atlas_site.sign_in import StaffSignInForm

        if second_factor.SINCE in request.session and second_factor.is_over(request):
            logout(request)
        if super().has_permission(request) and not self.has_permission(request):
            address = second_factor_pages.with_next("admin:second_factor", second_factor_pages.next_page(request))
            return HttpResponseRedirect(address)
        self.login_form = StaffSignInForm
        answer = super().login(request, extra_context)
        form = (getattr(answer, "context_data", None) or {}).get("form")
        if getattr(form, "is_slowed", False):
            answer.status_code = 429
        return answer

    @transaction.atomic
    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Django's page; whoever changes their password is told by mail, since it may have been somebody else."""
        from atlas_site import passwords, staff_sessions
        from atlas_site.account_events import Event, record

        extra_context = {**(extra_context or {}), "is_given": passwords.is_given(request.user)}
        answer = super().password_change(request, extra_context)
        if request.method == "POST" and answer.status_code == 302:
            record(Event.PASSWORD_CHANGED, request.user)
            passwords.mark_as_own(request.user)
            staff_sessions.end_others(request)
        return answer

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Django's; the session leaves the list of its owner."""
        from atlas_site import staff_sessions

        if request.method == "POST":
            staff_sessions.end_own(request)
        return super().logout(request, extra_context)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Django's; whoever has a password that somebody else chose gets no page but the one to choose another.

        A NUL in an address is refused here: a filter of a list would hand it on to PostgreSQL, which takes none.
        """

        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **options: Any) -> Any:
            from atlas_site import passwords, staff_sessions

            staff_sessions.touch(request)
            if passwords.is_given(request.user) and request.path != reverse("admin:password_change"):
                return HttpResponseRedirect(reverse("admin:password_change"))
            if any("\0" in text for name, values in request.GET.lists() for text in (name, *values)):
                raise BadRequest("The address holds a sign that no text has.")
            return view(request, *args, **options)

        return super().admin_view(inner, cacheable)

    def get_urls(self) -> list[Any]:
        """Ours first. The pages before the second factor guard themselves; all others go through `admin_view`."""
        from atlas_site import second_factor_pages as pages
        from atlas_site import staff_sessions_pages as sessions
        from contributions.admin.my_settings import my_settings

        return [
            path("logout/", self.logout, name="logout"),  # open before the second factor, too
            path("second-factor/", pages.give_code, name="second_factor"),
            path("second-factor/set-up/", pages.set_up, name="second_factor_set_up"),
            path("second-factor/codes/", self.admin_view(pages.renew_codes), name="second_factor_codes"),
            path("sessions/", self.admin_view(sessions.my_sessions), name="sessions"),
            path("r/<int:content_type_id>/<path:object_id>/", self.admin_view(self.view_on_site), name="view_on_site"),
            path("my-settings/", self.admin_view(my_settings), name="my_settings"),
            *super().get_urls(),
        ]

    def view_on_site(self, request: HttpRequest, content_type_id: int, object_id: str) -> HttpResponse:
        """Go to the public page of an object, where one may see it here. Django's own page tells all staff of all objects."""
        from django.contrib.contenttypes.models import ContentType

        kind = get_object_or_404(ContentType, pk=content_type_id).model_class()
        owner = self._registry.get(kind) if kind else None
        if owner is None or not owner.has_view_permission(request):
            raise PermissionDenied
        obj = owner.get_object(request, object_id)  # type: ignore[attr-defined]
        if obj is None or not hasattr(obj, "get_absolute_url"):
            raise Http404
        return HttpResponseRedirect(obj.get_absolute_url())

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The first page begins with what waits for this person; leads also see how the atlas stands."""
        from atlas_site.watching import standing
        from contributions.admin.first_page import waiting_for

        more: dict[str, Any] = {"waiting": waiting_for(request.user, timezone.now())}  # type: ignore[arg-type]
        if request.user.has_perm("studies.lead"):
            more |= {"standing": standing.lines(timezone.now()), "timers_run": not settings.LOCAL}
        extra_context = {**(extra_context or {}), **more}
        return super().index(request, extra_context)

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
