"""What waits for too long is broken off, also a second time, and the process gets its alarm back."""

import signal
import threading
import time

import pytest

from contributions.cutting_off import cut_off_after

LONG = 60.0  # seconds that no test waits


def alarm() -> tuple[object, tuple[float, float]]:
    return signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)


def test_block_that_waits_is_broken_off() -> None:
    before = alarm()
    with pytest.raises(TimeoutError), cut_off_after(0.05):
        time.sleep(LONG)
    assert alarm() == before


def test_goodbye_that_waits_as_well_is_broken_off_too(monkeypatch) -> None:
    monkeypatch.setattr("contributions.cutting_off.AGAIN", 0.05)
    before = alarm()
    with pytest.raises(TimeoutError), cut_off_after(0.05):
        try:
            time.sleep(LONG)
        finally:
            time.sleep(LONG)
    assert alarm() == before


def test_block_that_is_done_in_time_is_left_alone() -> None:
    before = alarm()
    with cut_off_after(LONG):
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= LONG
    assert alarm() == before


def test_thread_in_which_nothing_could_be_broken_off_is_refused() -> None:
    done: list[str] = []

    def work() -> None:
        try:
            with cut_off_after(LONG):
                done.append("worked")
        except ValueError:
            done.append("refused")

    before = alarm()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert (done, alarm()) == (["refused"], before)
