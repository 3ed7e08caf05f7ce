"""Two ways to use the application like a person: a form-filling client and a real Chromium."""

import atexit
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from html.parser import HTMLParser
from itertools import count
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Locator, Page, Playwright, sync_playwright
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
# What gunicorn lets through (gunicorn/http/wsgi.py): nothing but Latin letters.
_HEADER_VALUE = re.compile(r"[ \t\x21-\x7e\x80-\xff]*")
MISSING = "No Chromium found. Run: apt-get install -y chromium"

_TAPS = count()


class _Forms(HTMLParser):
    """Collects the forms of a page: where each posts to and what its fields hold already."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str | None, dict[str, list[str]]]] = []
        self._inside = False
        self._select = ""
        self._textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append((given.get("action"), {}))
            self._inside = True
        elif not self._inside:
            return
        name = given.get("name") or ""
        if tag == "input":
            self._read_input(name, given)
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self._hold(self._select, given.get("value") or "")
        elif tag == "textarea":
            self._hold(name, "")
            self._textarea = name

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.forms[-1][1][self._textarea][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._textarea = None

    def _read_input(self, name: str, given: dict[str, str | None]) -> None:
        kind = given.get("type") or "text"
        is_button = kind in {"submit", "button", "file", "image"}
        is_off = kind in {"radio", "checkbox"} and "checked" not in given
        if not is_button and not is_off:
            self._hold(name, given.get("value") or "")

    def _hold(self, name: str, value: str) -> None:
        if name:
            self.forms[-1][1].setdefault(name, []).append(value)


class PageClient(FlaskClient):
    """Posts forms the way a browser does: what the page filled in (CSRF token, key) goes along.

    Every answer has to be one the real server sends: it refuses headers that this client takes.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request and check the headers of the answer as gunicorn does."""
        answer = super().open(*args, **kwargs)
        for name, value in answer.headers:
            assert _HEADER_VALUE.fullmatch(value), f"{name}: {value}"
        return answer

    def submit(
        self, path: str, data: Mapping[str, Any], *, form: int = 0, **options: Any
    ) -> TestResponse:
        """Open `path`, fill form number `form` with `data`, and send it.

        A value of None leaves a field out. Files are given as ``(stream, filename)``.
        """
        page = self.get(path)
        assert page.status_code == 200, (path, page.status)
        parser = _Forms()
        parser.feed(page.text)
        action, fields = parser.forms[form]
        merged: dict[str, Any] = {**fields, **data}
        sent = {name: value for name, value in merged.items() if value is not None}
        return self.post(action or path, data=sent, **options)

    def sign_in(self, login: str, password: str) -> TestResponse:
        """Sign in through the page for staff."""
        answer = self.submit("/login", {"login": login, "password": password})
        assert answer.status_code == 302, answer.status
        return answer


@contextmanager
def serve(app: Flask) -> Iterator[str]:
    """Serve the application on a free port from a thread; yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def open_browser(
    address: str, *, width: int = 390, height: int = 844, javascript: bool = True
) -> Iterator[Page]:
    """Yield a page of headless Chromium, as large as a phone unless told otherwise."""
    context = _chromium().new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        java_script_enabled=javascript,
        locale="zh-CN",
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def tap_apart(choice: Locator) -> None:
    """Tap a choice at its left and right edge in turn: twice at one place is a slip of a finger."""
    box = choice.bounding_box()
    assert box is not None
    x = 4 if next(_TAPS) % 2 else box["width"] - 4
    choice.tap(position={"x": x, "y": box["height"] / 2})


@cache
def driver() -> Playwright:
    """Return the one Playwright of this process; a second one would not start beside it."""
    started = sync_playwright().start()
    atexit.register(started.stop)  # and with it the browser
    return started


_started: list[Browser] = []


def _chromium() -> Browser:
    """Return the one Chromium of this process: every phone of it is a context of its own."""
    if not (_started and _started[-1].is_connected()):
        binary = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
        if binary is None:
            pytest.fail(MISSING)
        kind = driver().chromium
        _started.append(kind.launch(executable_path=binary, args=["--no-sandbox"]))
    return _started[-1]
