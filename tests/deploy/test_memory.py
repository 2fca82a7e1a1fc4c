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


# Answers between which something small stays, and the memory of the process with them and once they are gone.
LEFT = """
import ctypes, os, runpy, sys
if sys.argv[1] == "documented":
    runpy.run_path("deploy/gunicorn.py")
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
before, answers, small = resident(), [], []
for _ in range(1_000):
    answers.append(bytearray(b"x" * 30_000))
    small.append(libc.malloc(600))
held = resident() - before
answers.clear()
print((resident() - before) / held)
"""


def left(how: str) -> float:
    """The share of the memory of many answers that the process keeps when they are gone."""
    done = subprocess.run([sys.executable, "-c", LEFT, how], cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)


GLIBC = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has no arenas")


@GLIBC
def test_what_answers_took_goes_back_though_something_small_stays_between_them():
    assert left("documented") < 0.2
    assert left("plain") > 0.8


@GLIBC
def test_threads_of_the_documented_server_share_two_arenas():
    assert arenas("documented") == 2
    assert arenas("plain") > 2
