"""One message over HTTP: to a checked address, signed, within seconds, reading next to nothing."""

import http.client
import socket
import ssl
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from time import monotonic

from app.integrations.errors import AddressError
from app.integrations.hooks.addresses import Target, read_address, resolve

PATIENCE = 5.0  # seconds for each step
LONGEST = 10.0  # seconds for all of it, however slowly an answer drips
_READ = 16 * 1024
_AGENT = "linsheng-webhooks/1"


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a try.

    Attributes:
        status: Of the answer; None when there was none.
        problem: Empty when it was taken; else ``status``, ``redirect``, ``timeout``, ``tls``,
            ``connection``, ``answer`` or the problem of an address.
        millis: How long it took.
    """

    status: int | None
    problem: str
    millis: int

    @property
    def is_taken(self) -> bool:
        """Say whether the receiver has it."""
        return not self.problem


def send(
    address: str,
    body: str,
    headers: Mapping[str, str],
    *,
    own_hosts: Collection[str],
    longest: float = LONGEST,
) -> Sent:
    """Post a message. Redirects are not followed; whatever goes wrong is in the result."""
    begun = monotonic()
    status, problem = _try(address, body, headers, own_hosts, longest)
    return Sent(status, problem, round((monotonic() - begun) * 1000))


def _try(
    address: str,
    body: str,
    headers: Mapping[str, str],
    own_hosts: Collection[str],
    longest: float,
) -> tuple[int | None, str]:
    try:
        target = read_address(address, own_hosts)
        connection = _Connection(target, resolve(target), min(PATIENCE, longest))
    except AddressError as error:
        return None, error.problem
    watch = Timer(longest, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        status = connection.post(body.encode(), headers)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return None, "timeout" if connection.is_cut else _problem(error)
    finally:
        watch.cancel()
        connection.close()
    if 200 <= status < 300:
        return status, ""
    return status, "redirect" if 300 <= status < 400 else "status"


def _problem(error: Exception) -> str:
    known = {
        TimeoutError: "timeout",
        ssl.SSLError: "tls",
        http.client.HTTPException: "answer",
    }
    found = (word for kind, word in known.items() if isinstance(error, kind))
    return next(found, "connection")


class _Connection:
    """A connection to one checked address, under the name it was asked for."""

    def __init__(self, target: Target, address: str, patience: float) -> None:
        self._target, self._address, self._patience = target, address, patience
        self._socket: socket.socket | None = None
        self._http: http.client.HTTPConnection | None = None
        self.is_cut = False

    def post(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Send the message and return the status of the answer."""
        target = self._target
        plain = socket.create_connection((self._address, target.port), timeout=self._patience)
        self._socket = plain
        if target.is_secure:
            context = ssl.create_default_context()
            self._socket = context.wrap_socket(plain, server_hostname=target.host)
        client = http.client.HTTPConnection(target.host, target.port, timeout=self._patience)
        client.sock = self._socket
        self._http = client
        usual = {
            "Host": _host_header(target),
            "Content-Type": "application/json",
            "User-Agent": _AGENT,
            "Connection": "close",
        }
        client.request("POST", target.path, body, {**usual, **headers})
        answer = client.getresponse()
        if self.is_cut:  # the half of an answer that had come by then
            raise TimeoutError
        with suppress(OSError, http.client.HTTPException):
            answer.read(_READ)  # so that the receiver is not cut off; nobody looks at it
        return answer.status

    def cut(self) -> None:
        """End it from another thread."""
        self.is_cut = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Leave nothing open."""
        for one in (self._http, self._socket):
            if one is not None:
                with suppress(OSError):
                    one.close()


def _host_header(target: Target) -> str:
    name = f"[{target.host}]" if ":" in target.host else target.host
    usual = 443 if target.is_secure else 80
    return name if target.port == usual else f"{name}:{target.port}"
