"""Reports and log lines of a fault hold nothing of what was sent, and nothing of who sent it."""

import logging
import sys
from typing import Any

import pytest
from django.core import mail
from django.test import Client, RequestFactory
from django.utils.log import AdminEmailHandler
from django.views import debug

from atlas_site import logs
from tests.canary import failing
from tests.canary.listening import product_handler, written_log

TYPED, COOKIE, AGENT, REFERER, ADDRESS = "qzxtypedqzx", "qzxcookieqzx", "qzxagentqzx", "qzxrefererqzx", "198.51.100.77"
NEVER = (COOKIE, AGENT, REFERER, ADDRESS)  # on any page
FAULTS = ("fail", "fail_in_template", "suspect", "unreadable")

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.canary.failing")]


@pytest.fixture
def visitor() -> Client:
    client = Client(
        raise_request_exception=False,
        HTTP_USER_AGENT=AGENT,
        HTTP_REFERER=f"http://testserver/{REFERER}",
        REMOTE_ADDR=ADDRESS,
    )
    client.cookies["sessionid"] = COOKIE
    return client


@pytest.fixture
def filters() -> list[logging.Filter]:
    """What the mailing handler is given; without our log filter, our reporter stands alone."""
    return []


@pytest.fixture
def mailed(settings, filters) -> Any:
    """Django's own mail of errors to administrators, as somebody might switch it on."""
    settings.ADMINS = [("Admin", "admin@example.org")]
    handler, logger = AdminEmailHandler(include_html=True), logging.getLogger("django")
    handler.setLevel(logging.WARNING)
    for one in filters:
        handler.addFilter(one)
    logger.addHandler(handler)
    yield mail.outbox
    logger.removeHandler(handler)


def whole(message: Any) -> str:
    return "\n".join([message.subject, message.body, *(str(part[0]) for part in message.alternatives)])


@pytest.mark.parametrize(
    ("fault", "filters"),
    [(fault, [logs.PrivateFilter()]) for fault in FAULTS] + [(fault, []) for fault in FAULTS if fault != "suspect"],
)
def test_mail_of_a_private_page_holds_neither_text_nor_person(visitor, mailed, fault):
    answer = visitor.post(f"/contribute/{fault}/?text={TYPED}", {"text": f"{TYPED} ü"})
    assert answer.status_code == (400 if fault == "suspect" else 500)
    report = "\n".join(whole(message) for message in mailed)
    assert [word for word in (TYPED, *NEVER) if word in report] == []
    assert f"contribute_{fault}" in report or fault == "suspect"


def test_mail_of_a_public_page_names_the_fault_but_no_person(visitor, mailed):
    visitor.post("/public/fail/?text=qzxqueryqzx", {"text": TYPED, "other": "qzxotherqzx"})
    report = whole(mailed[0])
    assert "cannot read" in report
    assert [word for word in (*NEVER, "qzxotherqzx", "text=qzxqueryqzx") if word in report] == []


def test_mail_with_reporter_of_django_would_hold_all_of_it(visitor, mailed, settings):
    """Proof that the tests above can fail."""
    settings.DEFAULT_EXCEPTION_REPORTER_FILTER = "django.views.debug.SafeExceptionReporterFilter"
    debug.get_default_exception_reporter_filter.cache_clear()
    logging.getLogger("django").handlers[-1].reporter_class = debug.ExceptionReporter
    visitor.post("/contribute/fail/", {"text": TYPED})
    debug.get_default_exception_reporter_filter.cache_clear()
    assert [word for word in (TYPED, *NEVER) if word not in whole(mailed[0])] == [COOKIE]  # Django hides the session


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("fault", ["fail", "fail_in_template", "unreadable"])
def test_technical_page_in_debug_mode_holds_neither_text_nor_person(settings, fault, accept):
    settings.DEBUG = True
    meta = {"HTTP_USER_AGENT": AGENT, "HTTP_REFERER": REFERER, "REMOTE_ADDR": ADDRESS, "HTTP_ACCEPT": accept}
    request = RequestFactory(**meta).post(f"/contribute/{fault}/?text={TYPED}", {"text": f"{TYPED} ü"})
    request.COOKIES["sessionid"] = COOKIE
    try:
        getattr(failing, fault)(request)
    except Exception:  # noqa: BLE001 - whatever the page raises
        page = debug.technical_500_response(request, *sys.exc_info()).content.decode()
    assert [word for word in (TYPED, *NEVER) if word in page] == []
    assert "tests/canary/failing.py" in page  # where it happened is still said


@pytest.mark.parametrize("level", [logging.DEBUG, logging.WARNING])
@pytest.mark.parametrize(
    ("fault", "status"), [("fail", 500), ("fail_in_template", 500), ("suspect", 400), ("unreadable", 500)]
)
def test_log_of_a_private_page_is_method_view_and_status(visitor, fault, status, level):
    with written_log(level) as heard:
        visitor.post(f"/contribute/{fault}/?text={TYPED}", {"text": f"{TYPED} ü"})
    text = heard.getvalue()
    assert [word for word in (TYPED, *NEVER) if word in text] == []
    assert text.count(f"POST contribute_{fault} {status}\n") == 1
    assert "ValueError" in text or fault not in {"fail", "fail_in_template"}


def test_log_line_of_an_unknown_private_address_does_not_repeat_it(visitor):
    with written_log(logging.WARNING) as heard:
        visitor.get(f"/my-contribution/{TYPED}/?words={TYPED}")
        visitor.post("/my-contribution/leave/", HTTP_HOST="elsewhere.example")
    lines = [
        line.split(" ", 3)[3] for line in heard.getvalue().splitlines() if " WARNING " in line or " ERROR " in line
    ]
    assert "django.request GET unknown 404" in lines
    assert [line for line in lines if TYPED in line] == []


def test_log_of_a_public_page_holds_the_path_without_the_query(visitor):
    with written_log(logging.WARNING) as heard:
        visitor.get("/evidence/no-such-study/?q=qzxqueryqzx")
    assert heard.getvalue().split(" ", 2)[2] == "WARNING django.request Not Found: /evidence/no-such-study/\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("POST /contribute/a-study/?x=1 HTTP/1.1", "POST contributions:contribute_study 422"),
        ("GET /evidence/?q=secret HTTP/1.1", "GET /evidence/ 422"),
        ("GET /my-contribution/six-words/ HTTP/1.1", "GET unknown 422"),
        ("garbage", "A request could not be read."),
    ],
)
def test_line_of_the_development_server_is_shortened(line, said):
    with written_log() as heard:
        logging.getLogger("django.server").info(
            '"%s" %s %s', line, 422, 17, extra={"status_code": 422, "request": object()}
        )
    assert heard.getvalue().split(" ", 4)[4] == f"{said}\n"


def test_queries_and_templates_never_reach_the_log(visitor, settings):
    """Django writes parameters of queries and whole template contexts at level DEBUG."""
    with written_log() as heard:
        for name in ("django.db.backends", "django.template", "django.db.backends.schema"):
            logging.getLogger(name).debug(TYPED)
    assert heard.getvalue() == ""


def test_every_handler_has_the_filter_and_none_mails(settings):
    handlers = settings.LOGGING["handlers"]
    assert {name: handler["filters"] for name, handler in handlers.items()} == {"console": ["probes", "private"]}
    assert [type(one) for one in product_handler().filters] == [logs.ProbesFilter, logs.PrivateFilter]
    named = [
        logging.root,
        *(logger for logger in logging.root.manager.loggerDict.values() if hasattr(logger, "handlers")),
    ]
    assert [handler for logger in named for handler in logger.handlers if isinstance(handler, AdminEmailHandler)] == []


def test_trace_names_causes_without_their_texts():
    try:
        failing.fail(RequestFactory().post("/contribute/", {"text": TYPED}))
    except ValueError as error:
        told = logs.where(error)
    assert [line for line in told.splitlines() if "builtins" in line] == ["builtins.KeyError", "builtins.ValueError"]
    assert TYPED not in told
