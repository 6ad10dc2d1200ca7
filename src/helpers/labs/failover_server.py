"""Step 5, failover for real: a small server that answers requests and sends heartbeats until it is killed.

It runs as a program of its own, by its path and without this package, so that it is up in no time.
"""

import os
import selectors
import socket
import sys
import threading
import time

__all__ = ["serve"]

HOST = "127.0.0.1"


def serve(name: str, heartbeat_port: int, interval_s: float, life_s: float) -> None:
    """Answer each line with itself and `name`, and send a heartbeat every interval, for `life_s` at the most.

    A heartbeat is one datagram: name, the port of the server, and the heartbeat's number.
    """
    selector = selectors.DefaultSelector()
    start = time.perf_counter()
    with (
        socket.create_server((HOST, 0)) as listener,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as heartbeats,
        selector,
    ):
        port = listener.getsockname()[1]
        selector.register(listener, selectors.EVENT_READ)
        number = 0
        while (now := time.perf_counter() - start) < life_s:
            due = number * interval_s
            if now >= due:
                heartbeats.sendto(f"{name} {port} {number}".encode(), (HOST, heartbeat_port))
                # One that is late is not made up for: the next is due at its own time.
                number = max(number + 1, int(now / interval_s) + 1)
                continue
            for key, _ in selector.select(due - now):
                if key.fileobj is listener:
                    connection = listener.accept()[0]
                    selector.register(connection, selectors.EVENT_READ, [b""])
                elif isinstance(key.fileobj, socket.socket) and not _answer(key.fileobj, key.data, name):
                    selector.unregister(key.fileobj)
                    key.fileobj.close()


def _answer(connection: socket.socket, rest: list[bytes], name: str) -> bool:
    """Answer what has arrived; say whether the connection is still open."""
    try:
        received = connection.recv(65_536)
        *lines, rest[0] = (rest[0] + received).split(b"\n")
        connection.sendall(b"".join(line + b" " + name.encode() + b"\n" for line in lines))
    except OSError:
        return False
    return bool(received)


def _end_with_the_parent() -> None:
    """End when nobody is left who would: the pipe from the parent closes with it."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    serve(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
