"""How long it takes to send a message while others send too, and whether each of them arrives."""

import random
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scripts.benching.sender import Sender

if TYPE_CHECKING:
    from scripts.benching.run import Place

CLIENTS = 16
PAUSE = 2.0  # seconds between two messages of one client: 8 a second, and the atlas takes 200 in ten minutes


@dataclass
class Sending:
    """What one way of sending brought: milliseconds from pressing the button to the whole receipt, and the six words."""

    times: list[float] = field(default_factory=list)
    words: list[tuple[Sender, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def measured(place: "Place", port: int, number: int) -> dict[str, Any]:
    """`number` messages each by one client, by sixteen with pauses, and by sixteen without; then every receipt is opened."""
    found: dict[str, Any] = {}
    for name, clients, pause in (("single", 1, 0.0), ("paused", CLIENTS, PAUSE), ("flat", CLIENTS, 0.0)):
        place.ask("pass_time")
        done = send_all(port, clients=clients, number=number, pause=pause)
        place.ask("pass_time")
        opened = sum(sender.open(words).status == 200 for sender, words in done.words)
        found[name] = {
            "times": done.times,
            "sent": len(done.times) + len(done.faults),
            "opened": opened,
            "faults": done.faults,
        }
    return found


def send_all(port: int, *, clients: int, number: int, pause: float) -> Sending:
    """Send `number` messages, shared by so many clients, each from a part of the network of its own."""
    done, lock = Sending(), threading.Lock()
    shares = [len(range(start, number, clients)) for start in range(clients)]
    threads = [
        threading.Thread(target=_send, args=(port, client, share, pause, done, lock))
        for client, share in enumerate(shares)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def _send(port: int, client: int, share: int, pause: float, done: Sending, lock: threading.Lock) -> None:
    chance = random.Random(client)  # noqa: S311 - the pauses only have to vary
    time.sleep(chance.uniform(0, pause))
    for message in range(share):
        sender = Sender(port, f"10.{client}.{message}.1")
        values = sender.form()
        started = time.perf_counter()
        reply = sender.send(values, f"The message number {message} of client {client}, sent to measure.")
        taken = (time.perf_counter() - started) * 1000
        with lock:
            if reply.words:
                done.times.append(taken)
                done.words.append((sender, reply.words))
            else:
                done.faults.append(str(reply.status))
        time.sleep(chance.uniform(0.5, 1.5) * pause)
