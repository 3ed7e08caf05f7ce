"""A robot owner: walks the real pages over HTTP without JavaScript and fills what it is asked.

It knows HTML forms, not our addresses: whatever the pages ask is answered, so it serves the kill
test, the end-to-end test and benchmarks alike.
"""

import http.client
import random
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

RECEIPT = re.compile(r'data-receipt="([0-9A-Z-]+)"')


class UnexpectedPageError(AssertionError):
    """The robot met a page it could not go on from; carries status, address and the page."""

    def __init__(self, status: int, address: str, body: str) -> None:
        words = re.sub(r"<[^>]+>|\s+", " ", body)
        super().__init__(f"{status} at {address}: {words[:300]}")
        self.status = status


@dataclass
class Form:
    """One HTML form with everything in it."""

    action: str
    method: str
    fields: list[dict[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.primary: str | None = None
        self._open: Form | None = None
        self._is_hidden = False  # inside a section that only scripts show

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        data = {key: value or "" for key, value in attrs}
        if tag == "section":
            self._is_hidden = "hidden" in data
        elif self._is_hidden:
            return
        elif tag == "form":
            self._open = Form(data.get("action", ""), data.get("method", "get").lower())
            self.forms.append(self._open)
        elif tag in ("input", "textarea", "button") and self._open is not None:
            kind = {"textarea": "textarea", "button": "submit"}.get(tag, data.get("type", "text"))
            self._open.fields.append({**data, "type": kind})
        elif tag == "a" and self.primary is None and "p" in data.get("class", "").split():
            self.primary = data.get("href")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "section":
            self._is_hidden = False


class Robot:
    """One owner with one phone: cookies kept, redirects followed.

    Args:
        host: Server as ``127.0.0.1:8000``.
        rng: Decides what is answered.
        wish: Text for the first text field; None leaves it empty.
    """

    def __init__(self, host: str, rng: random.Random, wish: str | None = None) -> None:
        self._host, self._rng, self.wish = host, rng, wish
        self._cookies: dict[str, str] = {}
        self.address = "/"

    def request(self, method: str, address: str, body: str | None = None) -> tuple[int, str]:
        """Send one request and follow redirects; raises OSError when the connection breaks."""
        for _ in range(8):
            status, location, text = self._once(method, address, body)
            self.address = address
            if status not in (301, 302, 303, 307):
                return status, text
            address, method, body = urljoin(address, location), "GET", None
        raise UnexpectedPageError(status, address, "too many redirects")

    def _once(self, method: str, address: str, body: str | None) -> tuple[int, str, str]:
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection = http.client.HTTPConnection(self._host, timeout=20)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except http.client.HTTPException as error:
            raise ConnectionError(repr(error)) from error
        finally:
            connection.close()
        for header in answer.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(header).items():
                self._cookies[name] = morsel.value
        return answer.status, answer.headers.get("Location", ""), text

    def answer(self, link: str) -> str:
        """Open the link, answer everything, and return the receipt code shown at the end."""
        status, text = self.request("GET", link)
        for _ in range(60):
            found = RECEIPT.search(text)
            if status == 200 and found:
                return found[1].replace("-", "")
            if status >= 400:
                raise UnexpectedPageError(status, self.address, text)
            status, text = self._next(text)
        raise UnexpectedPageError(status, self.address, "no receipt after 60 pages")

    def _next(self, text: str) -> tuple[int, str]:
        reader = _Reader()
        reader.feed(text)
        form = next((f for f in reader.forms if f.method == "post"), None)
        if form is not None:
            body = urlencode(self._fill(form))
            return self.request("POST", urljoin(self.address, form.action or self.address), body)
        if reader.primary:
            return self.request("GET", urljoin(self.address, reader.primary))
        raise UnexpectedPageError(200, self.address, text)

    def _fill(self, form: Form) -> list[tuple[str, str]]:
        radios: dict[str, list[str]] = {}
        boxes: dict[str, list[str]] = {}
        out: list[tuple[str, str]] = []
        submit_seen = False
        for item in form.fields:
            name, kind, value = item.get("name", ""), item["type"], item.get("value", "")
            if kind == "submit":
                if not submit_seen and name:
                    out.append((name, value))
                submit_seen = True
            elif not name:
                continue
            elif kind == "radio":
                radios.setdefault(name, []).append(value)
            elif kind == "checkbox":
                boxes.setdefault(name, []).append(value)
            elif kind == "hidden":
                out.append((name, value))
            elif kind == "textarea" and self.wish is not None:
                out.append((name, self.wish))
                self.wish = None
        out += [(name, self._rng.choice(values)) for name, values in radios.items()]
        for name, values in boxes.items():
            real = [value for value in values if value != "none"]
            out += [(name, value) for value in self._rng.sample(real, min(3, len(real)))]
        return out
