"""One-time logins for a trial on one's own machine (ATLAS_LOCAL): a link that signs a staff account in, once.

A link's hash stands in the account's password field as an unusable password, so making a new link ends the one before, and
one conditional UPDATE decides which of two simultaneous uses wins. An account that has a real password gets no link.
"""

import hashlib
import secrets
import time

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import login
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.contrib.auth.models import Group, User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from atlas_site import staff_sessions
from atlas_site.second_factor import ONE_TIME, begin

LIFETIME = 24 * 60 * 60  # seconds
MARK = UNUSABLE_PASSWORD_PREFIX + "once"


class NotLocal(Exception):
    """One-time logins exist only where ATLAS_LOCAL is on."""


class HasPassword(Exception):
    """The account has a password of its own and signs in with that."""


def _stored(token: str) -> str:
    return f"{MARK}${hashlib.sha256(token.encode()).hexdigest()}"


def mint(*, username: str, roles: list[str]) -> str:
    """Make a staff account or renew it; return the token of its one-time login.

    Effects: creates the user, sets `is_staff` and its groups, ends an earlier link and the account's open sessions.
    Raises NotLocal, HasPassword, or Group.DoesNotExist for an unknown role.
    """
    if not settings.LOCAL:
        raise NotLocal
    groups = [Group.objects.get(name=role) for role in roles]
    user, created = User.objects.get_or_create(username=username)
    if not created and user.has_usable_password() and user.password:
        raise HasPassword
    token = secrets.token_urlsafe(32)
    user.password = f"{_stored(token)}${int(time.time())}"
    user.is_staff = user.is_active = True
    user.save(update_fields=["password", "is_staff", "is_active"])
    user.groups.set(groups)
    staff_sessions.end_all(user)
    return token


def find(token: str) -> User | None:
    """The account a token still opens, or None."""
    user = User.objects.filter(password__startswith=_stored(token) + "$", is_active=True).first()
    if user is None:
        return None
    made_at = int(user.password.rsplit("$", 1)[1])
    return user if time.time() - made_at < LIFETIME else None


def redeem(token: str) -> User | None:
    """Use a token up and return its account; None when it was used, replaced or is too old."""
    user = find(token)
    if user is None:
        return None
    unusable = make_password(None)
    won = User.objects.filter(pk=user.pk, password=user.password).update(password=unusable)
    user.password = unusable
    return user if won else None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """Show one button; on POST sign in. A link opened by a preview or a prefetch is not used up."""
    if not settings.LOCAL:
        raise Http404
    user = redeem(token) if request.method == "POST" else find(token)
    if user is None or request.method != "POST":
        context = admin.site.each_context(request) | {"account": user}
        return render(request, "admin/one_time.html", context, status=200 if user else 410)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session[ONE_TIME] = user.pk  # stands for the second factor, as long as ATLAS_LOCAL is on
    begin(request)
    return redirect("admin:index")
