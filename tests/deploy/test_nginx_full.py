"""nginx whose disk for kept pages is full: what it says of the reader for whom it could not write."""

import contextlib
import http.client
import re

import pytest

from tests.deploy.test_nginx import NGINX, Proxy, proxy
from tests.faults.site import disk, fill_up

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not on this machine")
__all__ = ["proxy"]


def test_fault_of_the_proxy_itself_names_no_reader_and_no_query(proxy: Proxy):
    with contextlib.ExitStack() as stack:
        small = disk(stack, proxy.folder / "cache", 2)
        small.chmod(0o777)
        ballast = fill_up(small)
        with pytest.raises((http.client.HTTPException, ConnectionError)):  # the fault that is to be said without them
            proxy.ask("/kept/?q=secret-words")
        ballast.unlink()
        assert proxy.ask("/kept/?q=secret-words")[0].status == 200
        assert re.findall(r"secret|127\.0\.0\.1", proxy.log) == []
