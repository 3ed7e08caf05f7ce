"""One HTTP request: as bytes for the outbox, or over the network with the standard library."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from app.surveys.distribution.errors import NotSentError, SettingsError, UnsureError

_TIMEOUT = 10.0
_LARGEST_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """A request that is ready to go.

    Attributes:
        method: GET or POST.
        endpoint: Scheme, host and port.
        target: Path and query.
        headers: Without Host and Content-Length.
        body: Bytes behind the headers.
    """

    method: str
    endpoint: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def as_bytes(self) -> bytes:
        """Return the request as it goes over the wire."""
        lines = [f"{self.method} {self.target} HTTP/1.1", f"Host: {urlsplit(self.endpoint).netloc}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


def perform(request: Request) -> tuple[int, bytes]:
    """Send a request and return status and body of the answer.

    Raises:
        NotSentError: The host could not be reached.
        UnsureError: The request went out, and no answer came back.
    """
    parts = urlsplit(request.endpoint)
    if parts.scheme not in {"http", "https"} or parts.hostname is None:
        raise SettingsError("endpoint", "must start with http:// or https://")
    connection: HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = HTTPSConnection(parts.hostname, parts.port, timeout=_TIMEOUT, context=context)
    else:
        connection = HTTPConnection(parts.hostname, parts.port, timeout=_TIMEOUT)
    try:
        try:
            connection.connect()
        except OSError as error:
            raise NotSentError(type(error).__name__) from error
        try:
            connection.request(
                request.method, request.target, request.body or None, dict(request.headers)
            )
            answer = connection.getresponse()
            return answer.status, answer.read(_LARGEST_ANSWER)
        except (OSError, HTTPException) as error:
            raise UnsureError(type(error).__name__) from error
    finally:
        connection.close()
