"""A server on loopback that sends what it is told, byte for byte: broken, slow and endless answers too."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

HANG_UP = b""
"""Sent as a piece of an answer, it ends the connection."""

Pieces = Iterable[bytes]


@contextmanager
def wire(
    answers: Mapping[str, Pieces | Callable[[], Pieces]], certificate: Path | None = None
) -> Iterator[tuple[int, list[bytes]]]:
    """Serve raw bytes, one answer a request, over as few connections as the client likes; give port and requests.

    An answer is its pieces, or a function that makes them anew for each request. A path that has none is hung up on.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        listener = context.wrap_socket(listener, server_side=True, do_handshake_on_connect=False)
    requests: list[bytes] = []
    stopped = threading.Event()

    def asked(connection: socket.socket) -> Iterator[bytes]:
        data = b""
        while not stopped.is_set():
            while b"\r\n\r\n" not in data:
                more = connection.recv(65536)
                if not more:
                    return
                data += more
            head, _, data = data.partition(b"\r\n\r\n")
            yield head + b"\r\n\r\n"

    def talk(connection: socket.socket) -> None:
        with connection:
            try:
                for head in asked(connection):
                    requests.append(head)
                    answer = answers.get(head.split()[1].decode(), (HANG_UP,))
                    for piece in answer() if callable(answer) else answer:
                        if piece is HANG_UP or stopped.is_set():
                            return
                        connection.sendall(piece)
            except OSError:
                return  # the client has gone, as it should where an answer has no end

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], requests
    finally:
        stopped.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
