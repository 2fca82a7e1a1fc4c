"""What the product's own log handler writes, at any level."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager


def product_handler() -> logging.StreamHandler:
    """The handler that settings.LOGGING puts on the root logger."""
    found = [handler for handler in logging.root.handlers if getattr(handler, "name", "") == "console"]
    assert len(found) == 1, "settings.LOGGING has one handler, on the root logger"
    return found[0]


@contextmanager
def written_log(level: int = logging.DEBUG) -> Iterator[io.StringIO]:
    """Everything the handler would print while LOG_LEVEL is `level`."""
    handler, before = product_handler(), logging.root.level
    stream, heard = handler.stream, io.StringIO()
    handler.setStream(heard)
    logging.root.setLevel(level)
    try:
        yield heard
    finally:
        logging.root.setLevel(before)
        handler.setStream(stream)
