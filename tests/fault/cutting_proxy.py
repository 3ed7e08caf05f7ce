"""A TCP proxy that cuts the connection at a chosen byte, as a lift or a tunnel does."""

import contextlib
import socket
import struct
import threading
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Self

_RESET = struct.pack("ii", 1, 0)  # closing sends RST: neither side hears a polite end


class Way(StrEnum):
    """A direction of bytes."""

    UP = "up"  # from the phone to the server
    DOWN = "down"  # from the server to the phone


@dataclass(slots=True)
class CuttingProxy:
    """Passes bytes on and cuts once, after so many bytes in one direction.

    Bytes are counted over all connections since `arm`, so a cut point names a place in a whole
    exchange. Of the byte stream exactly the bytes before the cut arrive.

    Attributes:
        target: Host and port of the server.
        passed: Bytes passed on since `arm`, by direction.
        cuts: Connections cut so far.
    """

    target: tuple[str, int]
    passed: dict[Way, int] = field(default_factory=lambda: dict.fromkeys(Way, 0))
    cuts: int = 0
    _way: Way | None = None
    _at: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _thread: threading.Thread | None = None
    _open: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        assert self._thread is not None
        self._thread.join()
        for thread in self._open:
            thread.join(timeout=10)

    @property
    def host(self) -> str:
        """Return where it listens, as ``127.0.0.1:1234``."""
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def arm(self, way: Way | None = None, at: int = 0) -> None:
        """Count from zero again, and cut after `at` bytes in one direction, if one is given."""
        with self._lock:
            self.passed = dict.fromkeys(Way, 0)
            self._way, self._at = way, at

    def _accept(self) -> None:
        while True:
            try:
                phone, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self.target, timeout=20)
            except OSError:
                phone.close()
                continue
            thread = threading.Thread(target=self._serve, args=(phone, server), daemon=True)
            thread.start()
            self._open = [one for one in self._open if one.is_alive()] + [thread]

    def _serve(self, phone: socket.socket, server: socket.socket) -> None:
        """Pass bytes both ways until both sides are done, or the cut."""
        up = threading.Thread(target=self._pump, args=(Way.UP, phone, server), daemon=True)
        up.start()
        self._pump(Way.DOWN, server, phone)
        up.join()
        phone.close()
        server.close()

    def _pump(self, way: Way, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                kept, is_cut = self._let_pass(way, data)
                sink.sendall(kept)
                if is_cut:
                    _reset(source, sink)
                    return
            sink.shutdown(socket.SHUT_WR)
            return
        _reset(source, sink)

    def _let_pass(self, way: Way, data: bytes) -> tuple[bytes, bool]:
        with self._lock:
            room = self._at - self.passed[way]
            is_cut = way is self._way and len(data) >= room
            kept = data[:room] if is_cut else data
            self.passed[way] += len(kept)
            if is_cut:
                self._way = None
                self.cuts += 1
            return kept, is_cut


def _reset(*sockets: socket.socket) -> None:
    """Wake whoever reads from these; closing them afterwards sends a reset."""
    for one in sockets:
        with contextlib.suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            one.shutdown(socket.SHUT_RD)
