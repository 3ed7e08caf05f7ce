"""A real HTTP server that takes messages of webhooks, and can be told to behave badly."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """What came in, and what to answer: a status, or a word for something worse."""

    address: str = ""
    answers: list[int | str] = field(default_factory=list)
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """Return the names of the messages, in the order in which they came."""
        return [headers["webhook-id"] for headers, _body in self.got]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a server on this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.got.append((headers, body))
            answer = receiver.answers.pop(0) if receiver.answers else 204
            if answer == "drip":
                self._drip()
            elif answer == "rubbish":
                self.wfile.write(b"no http at all\r\n\r\n")
            elif answer == "redirect":
                self.send_response(302)
                self.send_header("Location", receiver.address)
                self.end_headers()
            else:
                self.send_response(int(answer))
                self.end_headers()
                if answer == 200:
                    self._endless()

        def _drip(self) -> None:
            """Answer one byte at a time, for longer than anybody waits."""
            try:
                for sign in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 200:
                    self.wfile.write(bytes([sign]))
                    time.sleep(0.02)
            except OSError:
                pass

        def _endless(self) -> None:
            """Send far more than anybody reads."""
            try:
                for _ in range(64):
                    self.wfile.write(b"x" * 65536)
            except OSError:
                pass

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    receiver.address = f"http://127.0.0.1:{server.server_port}/hook?a=1"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
