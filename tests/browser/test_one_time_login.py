"""The one-time login as a person at the terminal uses it."""

import pytest
from playwright.sync_api import expect

from tests.browser.following import follow

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ANOTHER_SESSION = """
from django.contrib.auth.models import User
from django.utils import timezone
from atlas_site.models import StaffSession
now = timezone.now()
StaffSession.objects.create(user=User.objects.get(username="{name}"), started_at=now, used_at=now)
"""


def test_link_signs_in_once(atlas, visit, axe, nu):
    link = atlas.manage("one_time_login", "guest", "--role", "editor").split()[-1]
    page = visit(link)
    assert page.get_by_role("heading", level=1).inner_text() == "Sign in as guest"
    axe(page)
    follow(page.get_by_role("button", name="Sign in"))
    page.wait_for_url(f"{atlas.url}/admin/")

    used = visit(link)
    assert used.get_by_role("heading", level=1).inner_text() == "This link no longer works"
    nu(used.content())


def test_signed_in_staff_reads_admin_without_javascript(atlas, visit):
    page = visit("/admin/", js=False, width=320, scheme="dark", staff="lead")
    assert page.url == f"{atlas.url}/admin/"
    assert page.locator("#logout-form").count() == 1


def test_checkers_see_faults(visit, axe, nu):
    """Proof that the two checkers fail on what they should find."""
    page = visit("/admin/")
    page.set_content("<!DOCTYPE html><html><title>x</title><img src=data:,><p id=a><p id=a>")
    found = []
    for check, subject in ((axe, page), (nu, page.content())):
        try:
            check(subject)
        except AssertionError as error:
            found.append(str(error))
    assert len(found) == 2


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_session_is_seen_and_ended(atlas, visit, axe, width, scheme):
    page = visit("/admin/sessions/", staff="lead", width=width, scheme=scheme)
    expect(page.get_by_text("You have no other session.")).to_be_visible()
    atlas.manage("shell", "--no-imports", "-c", ANOTHER_SESSION.format(name="lead"))
    page.reload()
    assert page.evaluate(SIDEWAYS) == 0
    axe(page)
    page.get_by_label("The one that began on").check()
    follow(page.get_by_role("button", name="End it"))
    expect(page.get_by_text("Sessions that were ended: 1.")).to_be_visible()
    expect(page.get_by_text("This is the one you use now.")).to_be_visible()
