"""A real HTTP server and a real SMTP server on this machine, which remember what reaches them."""

import json
import socketserver
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Seen:
    """What a server was asked: method, path, headers and body of each request."""

    address: str = ""
    port: int = 0
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def http_server(answer: Callable[[str, bytes], object]) -> Iterator[Seen]:
    """Answer every request with what `answer` returns for its path and body, as JSON.

    None hangs up without an answer.
    """
    seen = Seen()

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen.requests.append((self.command, self.path, dict(self.headers), body))
            said = answer(self.path, body)
            if said is None:
                self.close_connection = True
                return
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _reply

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        seen.port = server.server_port
        seen.address = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield seen
        finally:
            server.shutdown()
            thread.join()


@dataclass
class MailSeen:
    """The mails a server took."""

    port: int = 0
    mails: list[bytes] = field(default_factory=list)


@contextmanager
def smtp_server(*, refuse: str = "", drop_at_data: bool = False) -> Iterator[MailSeen]:
    """Take mails over SMTP; refuse recipients that begin with `refuse`."""
    seen = MailSeen()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 mail.example ESMTP")
            while line := self.rfile.readline():
                word = line.decode().strip().upper()
                if word.startswith(("EHLO", "HELO")):
                    self._say("250 mail.example")
                elif word.startswith("RCPT TO:<" + refuse.upper()) and refuse:
                    self._say("550 no such user")
                elif word.startswith("DATA"):
                    self._say("354 go on")
                    mail = self._take()
                    if drop_at_data:
                        return
                    seen.mails.append(mail)
                    self._say("250 taken")
                elif word.startswith("QUIT"):
                    self._say("221 bye")
                    return
                else:
                    self._say("250 ok")

        def _take(self) -> bytes:
            lines = []
            while (line := self.rfile.readline()) not in {b".\r\n", b""}:
                lines.append(line)
            return b"".join(lines)

        def _say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        seen.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield seen
        finally:
            server.shutdown()
            thread.join()
