"""Which status everybody gets at every address outside the tables of the record, whose own table is in
tests/studies/test_admin_permissions.py.

One line for each named address: what is asked for, the statuses of a GET, the statuses of a POST of an empty form. The
five columns are those of ROLES. 302 in the first column of an address of the admin is the way to the sign-in.
"""

from __future__ import annotations

ROLES = ("anonymous", "triage", "moderator", "editor", "lead")
NOBODY = "302 403 403 403 403"
LEADS = "302 403 403 403 200"
STAFF = "302 200 200 200 200"
POST_ONLY = "302 405 405 405 405"

ADMIN = {
    "index": ("", STAFF, STAFF),
    "login": ("login/", "200 302 302 302 302", "200 200 200 200 200"),
    "logout": ("logout/", "405 405 405 405 405", "200 200 200 200 200"),
    "second_factor": ("second-factor/", "302 302 302 302 302", "302 302 302 302 302"),
    "second_factor_set_up": ("second-factor/set-up/", STAFF, STAFF),
    "second_factor_codes": ("second-factor/codes/", POST_ONLY, STAFF),
    "sessions": ("sessions/", STAFF, STAFF),
    "my_settings": ("my-settings/", STAFF, STAFF),
    "password_change": ("password_change/", STAFF, STAFF),
    "password_change_done": ("password_change/done/", STAFF, POST_ONLY),
    "jsi18n": ("jsi18n/", STAFF, POST_ONLY),
    "autocomplete": ("autocomplete/?app_label=auth&model_name=user&field_name=groups", NOBODY, POST_ONLY),
    "app_list": ("auth/", "302 404 404 404 200", "302 404 404 404 200"),
    "view_on_site": ("r/{study_type}/{draft}/", "302 403 302 302 302", "302 403 302 302 302"),
    "auth_group_changelist": ("auth/group/", NOBODY, NOBODY),
    "auth_group_add": ("auth/group/add/", NOBODY, NOBODY),
    "auth_group_change": ("auth/group/{group}/change/", NOBODY, NOBODY),
    "auth_group_history": ("auth/group/{group}/history/", NOBODY, NOBODY),
    "auth_group_delete": ("auth/group/{group}/delete/", NOBODY, NOBODY),
    "auth_user_changelist": ("auth/user/", LEADS, LEADS),
    "auth_user_add": ("auth/user/add/", NOBODY, NOBODY),
    "auth_user_change": ("auth/user/{user}/change/", LEADS, NOBODY),
    "auth_user_history": ("auth/user/{user}/history/", LEADS, LEADS),
    "auth_user_delete": ("auth/user/{user}/delete/", NOBODY, NOBODY),
    "auth_user_password_change": ("auth/user/{user}/password/", NOBODY, NOBODY),
    "auth_user_reset_factor": ("auth/user/{user}/reset-second-factor/", LEADS, "302 403 403 403 302"),
    "auth_user_end_sessions": ("auth/user/{user}/sessions/", LEADS, LEADS),
}

# Acts on a private message. It waits, and nobody holds it; an empty form decides nothing.
SEES, DECIDES, LEADS_ACT = "302 200 200 403 200", "302 403 200 403 200", "302 403 403 403 200"
TAKEN_FORM = "302 405 405 403 405"
QUEUE = "contributions/contribution/"
ONE = QUEUE + "{message}/"
ADMIN |= {
    "contributions_contribution_changelist": (QUEUE, SEES, SEES),
    "contributions_contribution_change": (ONE + "change/", SEES, TAKEN_FORM),
    # Pages of whoever holds the message.
    "contributions_contribution_propose": (ONE + "propose/", NOBODY, NOBODY),
    "contributions_contribution_rebase": (ONE + "rebase/", NOBODY, NOBODY),
    "contributions_contribution_draft_study": (ONE + "draft-study/", NOBODY, NOBODY),
}
ACTS = {
    SEES: ("release-quarantine", "look", "spam", "undo-spam"),
    DECIDES: (
        "claim", "renew", "release", "apply", "refuse", "recall", "ask", "decline", "note", "duplicate", "choose-study",
    ),
    LEADS_ACT: ("take-over", "erase"),
}  # fmt: skip
for posted, acts in ACTS.items():
    for act in acts:
        name = f"contributions_contribution_{act.replace('-', '_')}"
        ADMIN[name] = (f"{ONE}{act}/", TAKEN_FORM, posted)

# Everybody sees the same: address, GET, POST.
READ = 405
PUBLIC: dict[str, tuple[str, int, int]] = {
    "one_time_login": ("/admin/once/x/", 404, 404),
    "security_txt": ("/.well-known/security.txt", 200, READ),
    "preferences": ("/preferences/", 200, 302),
    "contributions:contribute": ("/contribute/", 200, 422),
    "contributions:contribute_study": ("/contribute/{slug}/", 200, 422),
    "contributions:my_contribution": ("/my-contribution/", 200, 422),
    "contributions:receipt_file": ("/my-contribution/receipt/", 405, 400),
    "contributions:add": ("/my-contribution/add/", 302, 403),
    "contributions:download": ("/my-contribution/download/", 302, 302),
    "contributions:delete": ("/my-contribution/delete/", 200, 403),
    "contributions:leave": ("/my-contribution/leave/", 302, 200),
    "contributions:figures": ("/figures/", 200, READ),
    "studies:home": ("/", 200, READ),
    "studies:evidence": ("/evidence/", 200, READ),
    "studies:list_file": ("/evidence.csv", 200, READ),
    "studies:study": ("/evidence/{slug}/", 200, READ),
    "studies:text": ("/evidence/{slug}.txt", 200, READ),
    "studies:citation": ("/evidence/{slug}.ris", 200, READ),
    "studies:unapi": ("/unapi", 200, READ),
    "studies:history": ("/evidence/{slug}/history/", 200, READ),
    "studies:version": ("/evidence/{slug}/v/1/", 200, READ),
    "studies:timemap": ("/evidence/{slug}/timemap/", 200, READ),
    "studies:timegate": ("/evidence/{slug}/timegate/", 302, READ),
    "studies:difference": ("/evidence/{slug}/diff/1/1/", 200, READ),
    "studies:definitions": ("/definitions/", 200, READ),
    "studies:definition": ("/definitions/fukuda-1994/", 200, READ),
    "studies:pem": ("/pem/", 200, READ),
    "studies:topics": ("/topics/", 200, READ),
    "studies:topic": ("/topics/{topic}/", 200, READ),
    "studies:map": ("/map/", 200, READ),
    "studies:retractions": ("/retractions/", 200, READ),
    "studies:changes": ("/changes/", 200, READ),
    "studies:guides": ("/guides/", 200, READ),
    "studies:guide": ("/guides/{guide}/", 200, READ),
    "studies:start": ("/start/", 200, READ),
    "studies:start_path": ("/start/{start}/", 200, READ),
    "studies:glossary": ("/glossary/", 200, READ),
    "studies:questions": ("/questions/", 200, READ),
    "studies:data": ("/data/", 200, READ),
    "studies:columns": ("/data/columns/", 200, READ),
    "studies:columns_file": ("/data/columns.csv", 200, READ),
    "studies:release": ("/data/none/", 404, READ),
    "studies:release_file": ("/data/none/studies.csv", 404, READ),
    "studies:api": ("/api/v1/", 200, READ),
    "studies:api_call": ("/api/v1/meta", 200, READ),
    "studies:oai": ("/oai/", 200, 200),
    "studies:reading_list": ("/reading-list/", 200, 200),
    "studies:feeds": ("/feeds/", 200, READ),
    "studies:feed": ("/feeds/new.atom", 200, READ),
    "studies:shelf_feed": ("/feeds/topics/{topic}.atom", 200, READ),
    "studies:robots": ("/robots.txt", 200, READ),
    "studies:sitemap_index": ("/sitemap.xml", 200, READ),
    "studies:sitemap": ("/sitemap-studies.xml", 200, READ),
    "studies:opensearch": ("/opensearch.xml", 200, READ),
    "studies:llms": ("/llms.txt", 200, READ),
    "studies:about": ("/about/", 200, READ),
    "studies:policy": ("/policies/privacy/", 200, READ),
}


def rows() -> dict[str, tuple[str, list[int], list[int]]]:
    """Name of every address here to its address, the statuses of a GET and those of a POST."""
    everybody = {name: (path, [get] * 5, [post] * 5) for name, (path, get, post) in PUBLIC.items()}
    staff = {
        f"admin:{name}": (f"/admin/{path}", [int(word) for word in get.split()], [int(word) for word in post.split()])
        for name, (path, get, post) in ADMIN.items()
    }
    return everybody | staff
