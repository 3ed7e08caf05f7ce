"""Whatever is sent to an owner's pages, the answer is a page and never an error of the server."""

from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from app.surveys.instrument.flow import field_name
from tests.factories import perception_instrument
from tests.web.owner.conftest import Owner, World, read

TAKERS = [
    "/a/overall", "/a/areas", "/a/priorities", "/a/comment", "/a/tolerance/service", "/a/submit",
    "/a/check", "/a/not-mine", "/a/later", "/a/resume", "/a/alarm", "/a/receipt/reply",
    "/a/receipt/solved", "/a/receipt/answers", "/c", "/a/photos/open", "/a/photos/add",
    "/a/photos/remove",
]  # fmt: skip
KINDS = [
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "multipart/form-data",
    "application/json", "text/plain; charset=gb18030", "application/x-www-form-urlencoded; charset",
    "nonsense",
]  # fmt: skip
NAMES = sorted({field_name(item) for item in perception_instrument().items})
TRAVEL = ["go", "order_seen", "skip", "key", "shown", "website", "receipt", "code", "kind", "words",
          "name", "phone", "reply", "problem", "verdict", "solved", "lang", "form"]  # fmt: skip
RIGHT = ["1", "5", "na", "hq_only", "car", "none", "review", "service", "not_us", "yes"]

texts = st.text(max_size=30) | st.sampled_from(RIGHT) | st.text(max_size=3).map(lambda t: t * 900)
deep = st.integers(1, 60).map(lambda depth: "a" + "[x]" * depth + ".b" * depth)
names = st.sampled_from(NAMES) | st.sampled_from(TRAVEL) | deep | st.text(min_size=1, max_size=20)
forms = st.lists(st.tuples(names, texts), max_size=12)
paths = st.sampled_from(TAKERS)
homes = st.integers(0, 4)
unhurried = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _is_calm(answer: TestResponse, *, quiet: bool = False) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400 and not quiet:
        assert "<h1" in answer.text
    assert "Traceback" not in answer.text


def _enter(world: World, home: int) -> tuple[Owner, dict[str, str]]:
    """Open the link of a home on a new phone and return what its forms carry."""
    owner = world.owner(home)
    owner.open()
    page = read(owner.client.get("/a/overall", follow_redirects=True))
    return owner, {name: page.hidden[name] for name in ("csrf_token", "home_key")}


@given(home=homes, path=paths, fields=forms, is_quiet=st.booleans(), query=st.text(max_size=12))
@unhurried
def test_no_fields_bring_the_server_down(
    world: World, home: int, path: str, fields: list[tuple[str, str]], is_quiet: bool, query: str
) -> None:
    owner, hidden = _enter(world, home)
    body = urlencode([*hidden.items(), *fields], errors="surrogatepass")
    answer = owner.client.post(
        f"{path}?{quote(query, safe='=&')}",
        data=body,
        content_type=KINDS[0],
        headers={"X-Save": "1"} if is_quiet else {},
    )
    _is_calm(answer, quiet=is_quiet)
    _is_calm(owner.client.get("/a/"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@given(
    home=homes,
    path=paths,
    kind=st.sampled_from(KINDS),
    body=st.binary(max_size=400),
    has_token=st.booleans(),
)
@unhurried
def test_no_bytes_bring_the_server_down(
    world: World, home: int, path: str, kind: str, body: bytes, has_token: bool
) -> None:
    owner, hidden = _enter(world, home)
    start = (urlencode(hidden) + "&").encode() if has_token else b""
    if has_token and kind.startswith("multipart/form-data; "):
        part = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
        start = "".join(part.format(*one) for one in hidden.items()).encode() + b"--b\r\n"
    _is_calm(owner.client.post(path, data=start + body, content_type=kind))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@given(
    head=st.sampled_from(["/t/", "/a/", "/a/tolerance/", "/a/pages?after=", "/a/?form=", "/c?"]),
    rest=st.text(max_size=40),
    cookie=st.text(st.characters(codec="ascii", categories=("L", "N", "P")), max_size=40),
)
@unhurried
def test_no_address_or_cookie_brings_the_server_down(
    world: World, head: str, rest: str, cookie: str
) -> None:
    owner = world.owner()
    owner.open()
    path = head + quote(rest, errors="surrogatepass", safe="/=&")
    _is_calm(owner.client.get(path, follow_redirects=True))
    _is_calm(world.owner().client.get(path, headers={"Cookie": f"ls={cookie}"}))
