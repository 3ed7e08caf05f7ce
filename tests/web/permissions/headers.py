"""What every answer carries, and where it must never lead."""

from urllib.parse import urlsplit

from werkzeug.test import TestResponse

# Parameters with which somebody would like to be sent elsewhere.
HOSTILE = "next=//evil.example/&url=https://evil.example&back=//evil.example&return=%5Cevil.example"
_POLICY = ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'")
_EXACT = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def bad_headers(answer: TestResponse) -> list[str]:
    """Return what is wrong with the headers of an answer that is no static file."""
    wrong = [name for name, value in _EXACT.items() if answer.headers.get(name) != value]
    policy = answer.headers.get("Content-Security-Policy", "")
    wrong += [part for part in _POLICY if part not in policy.split("; ")]
    if "unsafe" in policy:
        wrong.append("unsafe")
    if "no-store" not in answer.headers.get("Cache-Control", ""):
        wrong.append("Cache-Control")
    return wrong


def is_elsewhere(answer: TestResponse) -> bool:
    """Say whether an answer sends the browser to another site, as browsers read addresses."""
    location = answer.headers.get("Location", "")
    plain = location.replace("\\", "/").replace("\t", "").replace("\n", "").replace("\r", "")
    return bool(urlsplit(plain).netloc) or plain.startswith("//") or ":" in plain.split("/")[0]
