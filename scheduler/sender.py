"""`python -m scheduler.sender`: a process that sends one message to some addresses, and says which of them took it.

Apprise speaks to mail servers and a hundred services, some of which may hang: whoever waits can end a process. It takes
54 MB, which the daemon does not hold for months either. Addresses hold secrets: they come on stdin, where no list of
processes shows them, and nothing that Apprise says of them is printed.
"""

import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import redirect_stderr
from io import StringIO

import msgspec

from scheduler import processes

DEADLINE = 30.0
"""Seconds after which what was not sent has failed; Apprise itself waits four seconds for a connection, and for each word."""
AT_ONCE = 8

Send = Callable[[str, str, Sequence[str]], list[bool]]
"""Sends a title and a text to addresses, and says of each whether it took them: `send`."""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sent to whom; the addresses are Apprise's."""

    title: str
    body: str
    to: list[str]


def send(title: str, body: str, to: Sequence[str], *, deadline: float = DEADLINE) -> list[bool]:
    """Send a message to some addresses; say of each whether it was taken. No address holds this longer than the deadline."""
    child = processes.start_module("scheduler.sender")
    timer = threading.Timer(deadline, processes.kill_group, [child.pid])
    timer.daemon = True
    timer.start()
    taken = [False] * len(to)
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        with child.stdin, child.stdout:
            child.stdin.write(msgspec.json.encode(Letter(title=title, body=body, to=list(to))))
            child.stdin.close()
            for line in child.stdout:
                number = line.strip()
                if number.isdigit() and int(number) < len(taken):
                    taken[int(number)] = True
    except BrokenPipeError:
        pass  # it ended before it had read: nothing was taken
    finally:
        timer.cancel()
        processes.kill_group(child.pid)
        child.wait()
    return taken


def main() -> int:
    """Send the letter on stdin, and print the number of each address that took it, as soon as it did."""
    processes.die_with_parent()
    letter = msgspec.json.decode(sys.stdin.buffer.read(), type=Letter)
    sending: dict[Future[bool], int] = {}
    with redirect_stderr(StringIO()), ThreadPoolExecutor(AT_ONCE) as pool:
        for number, address in enumerate(letter.to):
            sending[pool.submit(_sent, letter, address)] = number
        for future in as_completed(sending):
            if future.result():
                sys.stdout.write(f"{sending[future]}\n")
                sys.stdout.flush()
    return 0


def _sent(letter: Letter, address: str) -> bool:
    import logging

    import apprise

    logging.disable(logging.CRITICAL)  # what it says of a failure names the address
    asset = apprise.AppriseAsset(
        app_id="Pilkada", app_desc="Pilkada", async_mode=False, pem_autogen=False, pgp_autogen=False
    )
    service = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    if service is None:
        return False
    if "format=" not in address:
        service.notify_format = apprise.NotifyFormat.TEXT
    messenger = apprise.Apprise(asset=asset)
    messenger.add(service)
    try:
        return bool(messenger.notify(title=letter.title, body=letter.body, body_format=apprise.NotifyFormat.TEXT))
    except Exception:  # noqa: BLE001 - the edge of one address: a hundred services have errors of their own
        return False


if __name__ == "__main__":
    sys.exit(main())
