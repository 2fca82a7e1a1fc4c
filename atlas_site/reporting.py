"""Error reports, on Django's technical pages and in mails: which code failed, never who asked for what.

Django's own reports hold the body, cookies, address, browser and Referer of a request and every local variable. Ours hold
files, lines, types and settings. The text of an exception stands in them only for pages that are not private.
"""

from __future__ import annotations

from collections.abc import ItemsView
from types import FrameType, TracebackType
from typing import Any

from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from atlas_site.private_pages import current_view, is_private, view_name

LEFT_OUT = "The text is left out, because the page is private."


class QuietFilter(SafeExceptionReporterFilter):
    """Gives a report nothing of the request and no variable, in DEBUG too."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_safe_request_meta(self, request: HttpRequest | None) -> dict[str, Any]:
        return {}

    def get_safe_cookies(self, request: HttpRequest | None) -> dict[str, Any]:
        return {}

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return {}

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> ItemsView[str, Any]:
        return {}.items()


class QuietReporter(ExceptionReporter):
    """A report without the request; of a private page also without any exception's text, its causes' included."""

    def __init__(
        self,
        request: HttpRequest | None,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
        is_email: bool = False,
    ) -> None:
        super().__init__(None, exc_type, exc_value, tb, is_email)
        path = request.path_info if request is not None else ""
        self.private_view = view_name(path) if is_private(path) else current_view()

    def get_traceback_data(self) -> dict[str, Any]:
        data = super().get_traceback_data()
        if self.private_view:
            data |= {"exception_value": LEFT_OUT, "exception_notes": "", "unicode_hint": ""}
            data |= {"raising_view_name": self.private_view, "postmortem": None}
            if data["template_info"]:
                data["template_info"] = data["template_info"] | {"message": LEFT_OUT}
        return data

    def get_traceback_frames(self) -> list[dict[str, Any]]:
        frames = super().get_traceback_frames()
        for frame in frames if self.private_view else ():
            if frame["exc_cause"] is not None:
                frame["exc_cause"] = type(frame["exc_cause"]).__name__
        return frames
