"""The one-time login as a person at the terminal uses it."""

from tests.browser.following import follow


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
