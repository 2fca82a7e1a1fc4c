"""The documented server's threads share their memory: what one frees serves the next."""

import platform
import subprocess
import sys

import pytest

from tests.running import ROOT

# Eight threads allocate at once; malloc_info names the arenas that there are.
ASK = """
import ctypes, runpy, sys, tempfile, threading
if sys.argv[1] == "documented":
    runpy.run_path("deploy/gunicorn.py")
together = threading.Barrier(8)

def allocate():
    together.wait()
    kept = [bytearray(5_000) for _ in range(1_000)]
    together.wait()

threads = [threading.Thread(target=allocate) for _ in range(8)]
[each.start() for each in threads]
[each.join() for each in threads]
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
with tempfile.NamedTemporaryFile("r") as file:
    stream = ctypes.c_void_p(libc.fopen(file.name.encode(), b"w"))
    libc.malloc_info(0, stream)
    libc.fclose(stream)
    print(file.read().count("<heap nr="))
"""


def arenas(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", ASK, how], cwd=ROOT, capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has no arenas")
def test_threads_of_the_documented_server_share_two_arenas():
    assert arenas("documented") == 2
    assert arenas("plain") > 2
