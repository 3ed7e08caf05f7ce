"""What every answer keeps to: JSON and problem details, ETags, methods, sizes, types, cursors."""

import json
import random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.surveys.register.models import Community
from app.web.api.cursors import CursorError, make_cursor, read_cursor
from tests.factories import make_community
from tests.web.api.world import CODE, VAULT
from tests.web.permissions.headers import bad_headers
from tests.web.permissions.mass import Kept

STEPS = "/api/v1/cases/1/steps"


def post(api, **changes):
    """Send a write with something wrong about it."""
    headers = {**api.bearer("own"), "Idempotency-Key": "p1", **changes.pop("headers", {})}
    usual = {"data": b'{"to":"in_work"}', "content_type": "application/json"}
    return api.client().post(STEPS, headers=headers, **{**usual, **changes})


REFUSED = {
    "no json type": ({"content_type": "text/plain"}, 415, "not_json"),
    "a form": ({"content_type": "application/x-www-form-urlencoded"}, 415, "not_json"),
    "no json": ({"data": b"{"}, 400, "not_json"),
    "not a number": ({"data": b'{"to": NaN}'}, 400, "not_json"),
    "one field twice": ({"data": b'{"to":"closed","to":"in_work"}'}, 400, "not_json"),
    "no utf-8": ({"data": b'{"to":"\xff"}'}, 400, "not_json"),
    "deep": ({"data": b"[" * 60_000}, 400, "not_json"),
    "too large": ({"data": b" " * 70_000}, 413, "too_large"),
    "another field": ({"data": b'{"to":"in_work","state":"closed"}'}, 422, "bad_fields"),
    "half a sign": ({"data": b'{"to":"closed","reason":"\\ud800"}'}, 422, "bad_fields"),
    "a zero": ({"data": b'{"to":"closed","reason":"\\u0000"}'}, 422, "bad_fields"),
    "no name": ({"headers": {"Idempotency-Key": ""}}, 400, "idempotency_key_needed"),
    "a long name": ({"headers": {"Idempotency-Key": "x" * 65}}, 400, "idempotency_key_needed"),
    "wants html": ({"headers": {"Accept": "text/html"}}, 406, "only_json"),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_a_request_that_cannot_be_taken_is_refused_with_its_reason(api, wrong):
    changes, status, code = REFUSED[wrong]
    answer = post(api, **changes)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status
    assert bad_headers(answer) == []


def test_refused_fields_are_named_and_what_was_sent_is_not_repeated(api):
    answer = post(api, data=json.dumps({"to": "金丝雀", "reason": 5}).encode())
    assert answer.json["errors"] == [
        {"field": "to", "code": "enum"},
        {"field": "reason", "code": "string_type"},
    ]
    assert "金丝雀" not in answer.text


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/api/v1/nothing", "GET", 404),
        ("/api/", "GET", 404),
        ("/api/v1/cases/x", "GET", 404),
        ("/api/v1/cases/99999999999", "GET", 404),
        ("/api/v1/me", "POST", 405),
        ("/api/v1/cases/1/steps", "GET", 405),
        ("/api/v1/me", "DELETE", 405),
        ("/api/v1/me?color=red", "GET", 400),
        ("/api/v1/campaigns?limit=0", "GET", 400),
        ("/api/v1/campaigns?limit=5&limit=6", "GET", 400),
        ("/api/v1/campaigns?cursor=AAAA", "GET", 400),
        ("/api/v1/campaigns?cursor=AAAAAAAAAAAAAAAA", "GET", 404),
        ("/api/v1/campaigns/2020-01/gates", "GET", 404),
    ],
)
def test_addresses_and_methods_that_are_none_get_a_problem_in_json(api, path, method, status):
    answer = api.client().open(path, method=method, headers=api.bearer("all"))
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert bad_headers(answer) == []
    if status == 405:
        assert "OPTIONS" in answer.headers["Allow"]


def test_head_and_options_tell_without_a_body(api):
    head = api.client().head("/api/v1/me", headers=api.bearer("all"))
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == api.get("/me").headers["ETag"]
    options = api.client().options("/api/v1/me")
    assert options.status_code == 200
    assert set(options.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert "Access-Control-Allow-Origin" not in options.headers


def test_what_a_caller_has_already_is_not_sent_again_until_it_changes(api):
    kept, path = Kept(api.world), f"/cases/{api.case(api.own)}"
    tag = api.get(path).headers["ETag"]
    again = api.get(path, **{"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert api.post(f"{path}/steps", {"to": "in_work"}, name="etag").status_code == 201
    assert api.get(path, **{"If-None-Match": tag}).status_code == 200
    kept.put_back()


def pages_of(api, path, limit, between=lambda: None):
    """Follow `next` to the end; return the rows of each page."""
    pages, cursor = [], ""
    while cursor is not None:
        asked = f"{path}?limit={limit}" + (f"&cursor={cursor}" if cursor else "")
        answer = api.get(asked)
        assert answer.status_code == 200
        pages.append(answer.json["items"])
        cursor = answer.json["next"]
        between()
    return pages


@pytest.mark.parametrize("seed", range(3))
def test_pages_show_each_row_once_whatever_is_added_meanwhile(api, seed):
    """Random page sizes, random new communities between two pages; none shown twice or left out."""
    kept, rng = Kept(api.world), random.Random(seed)
    with Session(api.engine) as session:
        for _ in range(rng.randint(3, 9)):
            make_community(session, households=0)
        session.commit()
        before = set(session.scalars(select(Community.id)))

    def add():
        with Session(api.engine) as session:
            for _ in range(rng.randint(0, 2) if len(before) < 40 else 0):
                before.add(make_community(session, households=0).id)
            session.commit()

    limit, seen = rng.randint(1, 4), []
    start = set(before)
    for page in pages_of(api, "/communities", limit + 2, add):
        assert len(page) <= limit + 2
        seen += [row["id"] for row in page]
    kept.put_back()
    assert len(seen) == len(set(seen))
    assert seen == sorted(seen)
    assert start <= set(seen) <= before


@pytest.mark.parametrize(
    "path", [f"/campaigns/{CODE}/{name}" for name in ("tracker", "gates", "results", "cases")]
)
def test_pages_of_one_row_hold_what_one_long_page_holds(api, path):
    long = api.get(path).json["items"]
    assert len(long) == 2
    assert pages_of(api, path, 1) == [[row] for row in long]


def test_a_cursor_fits_only_the_list_it_was_made_for_and_nobody_makes_one_up():
    cursor = make_cursor(VAULT, "cases", 12)
    assert read_cursor(VAULT, "cases", cursor) == 12
    with pytest.raises(CursorError):
        read_cursor(VAULT, "gates", cursor)
    for place in range(len(cursor)):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        with pytest.raises(CursorError):
            read_cursor(VAULT, "cases", changed)
    for text in ("", "!", "é", "A" * 64):
        with pytest.raises(CursorError):
            read_cursor(VAULT, "cases", text)


def test_an_unexpected_error_says_nothing_about_itself(api, monkeypatch):
    def broken(**_path):
        raise RuntimeError("金丝雀 at line 3")

    monkeypatch.setitem(api.world.app.view_functions, "api.me", broken)
    answer = api.get("/me")
    assert (answer.status_code, answer.json["code"]) == (500, "unexpected")
    assert "金丝雀" not in answer.text
