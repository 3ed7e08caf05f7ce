"""Walks every route: no write without token or from elsewhere, none by HEAD, headers, hosts."""

import random
from urllib.parse import urljoin, urlsplit

import pytest

from app.staff.models import Role
from app.web.auth import is_local_address
from app.web.guard import PUBLIC
from tests.web.permissions.headers import bad_headers, is_elsewhere
from tests.web.permissions.matrix import LETTERS, calls, read_table
from tests.web.permissions.writing import contents, csrf_token


def somebody(world, row):
    """Return a browser of the first role a route is for; of an owner where it is for everybody."""
    if row.roles == PUBLIC:
        return world.owner()
    return world.client(next(role for role in LETTERS if role in row.allowed))


def writes(world):
    """Return each writing route with its row and a browser that may call it."""
    table = read_table()
    return [
        (rule, method, somebody(world, table[rule.endpoint, method]))
        for rule, method in calls(world.app)
        if method != "GET" and (rule.endpoint, method) in table
    ]


def test_no_form_is_taken_without_its_token(world):
    before = contents(world.engine)
    taken = [
        (rule.endpoint, answer.status)
        for rule, method, client in writes(world)
        if (answer := client.open(world.address(rule), method=method)).status_code != 400
        or bad_headers(answer)
    ]
    assert not taken
    assert contents(world.engine) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "null"},
    ],
    ids=["another", "nearly", "cross", "sibling"],
)
def test_no_form_is_taken_from_another_site_even_with_a_token(world, headers):
    before = contents(world.engine)
    client = world.client(Role.HEAD_OFFICE)
    token = csrf_token(client)
    taken = [
        (rule.endpoint, answer.status)
        for rule, method in calls(world.app)
        if method != "GET"
        and (
            answer := client.open(
                world.address(rule), method=method, data={"csrf_token": token}, headers=headers
            )
        ).status_code
        != 400
    ]
    assert not taken
    assert contents(world.engine) == before


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "null"}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}, {}],
    ids=["hidden", "own", "fetch", "old"],
)
def test_our_own_forms_are_taken_with_whatever_browsers_say(world, headers):
    client = world.client(Role.HEAD_OFFICE)
    data = {"csrf_token": csrf_token(client), "q": "7-7701"}
    assert client.post("/hq/households/", data=data, headers=headers).status_code == 200


@pytest.mark.parametrize("share", [pytest.param(1, marks=pytest.mark.slow), 4])
def test_head_changes_nothing_and_carries_what_get_carries(world, share):
    before, table, wrong = contents(world.engine), read_table(), []
    for rule, method in calls(world.app):
        row = table.get((rule.endpoint, "GET"))
        if method != "GET" or row is None or sum(rule.endpoint.encode()) % share:
            continue
        answer = somebody(world, row).head(world.address(rule))
        if answer.data or bad_headers(answer) or is_elsewhere(answer):
            wrong.append((rule.endpoint, answer.status))
    assert not wrong
    assert contents(world.engine) == before


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:80", "localhost@evil.example"]
)
def test_a_forged_host_gets_400_and_stands_nowhere_in_the_answer(world, host):
    for path in ("/", "/login", "/healthz", "/password", "/t/x", "/admin/people/new"):
        answer = world.client(Role.ADMIN).get(path, headers={"Host": host})
        assert answer.status_code == 400, path
        assert "evil.example" not in answer.text + str(answer.headers)


def test_our_own_host_is_answered_in_whatever_case_and_port(world):
    for host in ("localhost", "LOCALHOST", "localhost:8443"):
        assert world.client(None).get("/login", headers={"Host": host}).status_code == 200


def test_every_error_page_carries_the_headers(world, monkeypatch):
    client = world.client(Role.ADMIN)
    answers = [
        client.get("/login", headers={"Host": "evil.example"}),
        client.post("/login"),
        client.get("/today"),
        client.get("/no-such-page"),
        client.delete("/login"),
        client.post("/a/submit", data="x" * 70_000, content_type="text/plain"),
    ]

    def broken() -> str:
        raise RuntimeError

    monkeypatch.setitem(world.app.view_functions, "health.healthz", broken)
    answers.append(client.get("/healthz"))
    assert [answer.status_code for answer in answers] == [400, 400, 403, 404, 405, 413, 500]
    assert [bad_headers(answer) for answer in answers] == [[]] * 7
    assert "RuntimeError" not in answers[-1].text


def test_five_hundred_hostile_addresses_lead_nowhere_else():
    """What is taken for an address of ours is one for a browser too, which drops and swaps signs.

    How browsers read: https://url.spec.whatwg.org/#url-parsing (tabs and line breaks are removed,
    blanks and controls at the ends stripped, a backslash is a slash).
    """
    rng = random.Random(6)
    parts = [
        *("/", "//", "\\", "/\\", "\t", "\n", "\r", " ", "\x00", "\x0b", "%09", "%2f", "%5c"),
        *("http:", "https:", "javascript:", "data:", "//evil.example", "evil.example", "@", ":"),
        *("?", "#", ".", "..", "/.", "/hq/", "[", "]", "\u2028", "\uff0f", "\u3002", ";"),
    ]
    taken = 0
    for _ in range(500):
        target = "".join(rng.choices(parts, k=rng.randint(1, 6)))
        if not is_local_address(target):
            continue
        taken += 1
        read = target.strip("".join(map(chr, range(33))))
        for sign in "\t\n\r":
            read = read.replace(sign, "")
        read = read.replace("\\", "/")
        assert urlsplit(urljoin("http://survey.example/login", read)).netloc == "survey.example"
    assert 10 < taken < 250
