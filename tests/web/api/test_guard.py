"""Who may call what: every operation, every scope, own and foreign rows, no cookie."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from app.integrations.scopes import KeyScope
from app.staff.models import Role
from app.web.api.operations import Door, KeyGuard
from app.web.api.routes import OPERATIONS
from tests.web.api.world import CODE
from tests.web.permissions.mass import Kept
from tests.web.permissions.world import FOREIGN, OWNER_NAME, OWNER_PHONE, SAID
from tests.web.permissions.writing import contents as every_content

TABLE = {
    words[0]: words[1:]
    for line in Path(__file__).with_name("matrix.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#") and (words := line.split())
}
BODIES = {
    "recordContact": {
        "at": "2026-11-20T16:00:00Z",
        "way": "phone",
        "person": "业主",
        "outcome": "explained",
        "result": "已解释",
    },
    "takeStep": {"to": "in_work"},
    "handOver": {"login": "nobody-here"},
    "turnCase": {"source": "repair"},
    "takeComplaint": {
        "community": 1,
        "building": "1栋",
        "room": "7-7701",
        "name": "钱女士",
        "contact": "13800001111",
        "text": "楼道灯坏了",
        "received_at": "2026-11-20T16:00:00Z",
    },
}
DOORS = {Door.EVERYBODY: "open", Door.ANY_KEY: "key"}


def contents(engine):
    """Return what a database holds, but for when a key was last used."""
    return {name: one for name, one in every_content(engine).items() if name != "api_key"}


def address(api, operation, community):
    values = {
        "code": CODE,
        "community_id": community,
        "case_id": api.case(community),
        "complaint_id": api.complaint(community),
    }
    return re.sub(r"<(?:int:)?(\w+)>", lambda found: str(values[found[1]]), operation.path)


def call(api, operation, token, community):
    path = address(api, operation, community)
    if operation.method == "GET":
        return api.get(path, token)
    body = BODIES[operation.name]
    if "community" in body:
        body = {**body, "community": api.own}
    return api.post(path, body, token, name=f"{operation.name}-{token}")


def test_every_operation_has_a_row_that_says_what_its_guard_says(api):
    found = {
        one.name: [
            one.method,
            str(DOORS.get(one.needs, one.needs)),
            "404" if re.search("community_id|case_id|complaint_id", one.path) else "-",
        ]
        for one in OPERATIONS
    }
    assert found == TABLE


def test_every_route_under_the_api_is_one_of_the_operations_and_carries_its_guard(api):
    rules = [rule for rule in api.world.app.url_map.iter_rules() if rule.rule.startswith("/api")]
    needs = {f"api.{one.name}": KeyGuard(one.needs) for one in OPERATIONS}
    views = api.world.app.view_functions
    assert {rule.endpoint: views[rule.endpoint].guard for rule in rules} == needs
    for rule in rules:
        assert rule.methods - {"HEAD", "OPTIONS"} == {TABLE[rule.endpoint.partition(".")[2]][0]}


def test_a_key_opens_what_its_scopes_name_and_nothing_else(api):
    """Each operation with no key, a wrong one, one without scopes, the right one, three others."""
    kept, wrong, count = Kept(api.world), [], 0
    for one in OPERATIONS:
        needed = TABLE[one.name][1]
        scopes = [scope.value for scope in KeyScope]
        turn = OPERATIONS.index(one)
        some = {needed, *(scopes[(turn + step) % len(scopes)] for step in range(3))} & {*scopes}
        for token in ("", "ls_1_" + "x" * 40, "nothing", *sorted(some)):
            count += 1
            status = call(api, one, token, api.own).status_code
            is_known = token in {scope.value for scope in KeyScope} | {"nothing"}
            # A key that writes may read: it would see what came of it anyway.
            has = token == needed or (
                needed in {"cases:read", "complaints:read"}
                and token.startswith(needed.partition(":")[0])
            )
            if needed == "open" or (is_known and (needed == "key" or has)):
                is_right = status in {200, 201, 304, 404 if "company" in one.path else 200}
                is_right = is_right or (one.name == "handOver" and status == 409)
            else:
                is_right = status == (403 if is_known else 401)
            if not is_right:
                wrong.append((one.name, token, status))
            if one.method == "POST" and status == 201:
                kept.put_back()
    kept.put_back()
    assert not wrong
    assert count > len(OPERATIONS) * 5


def test_rows_of_another_community_do_not_exist_for_a_key(api):
    before, wrong = contents(api.engine), []
    for one in OPERATIONS:
        if TABLE[one.name][2] == "404":
            for token, community in (("own", api.foreign), ("nowhere", api.own)):
                answer = call(api, one, token, community)
                if answer.status_code != 404:
                    wrong.append((one.name, token, answer.status))
        elif one.name not in {"describe", "getCompanyResult", "takeComplaint"}:
            answer = call(api, one, "own", api.own)
            if FOREIGN in answer.text or f'"community":{api.foreign}' in answer.text:
                wrong.append((one.name, "shows the other community"))
    assert not wrong
    assert contents(api.engine) == before


def test_an_unknown_row_and_a_foreign_one_get_the_same_answer(api):
    foreign = api.get(f"/cases/{api.case(api.foreign)}", "own")
    unknown = api.get("/cases/2000000000", "own")
    assert foreign.data == unknown.data
    assert foreign.status == unknown.status


def test_no_cookie_opens_the_api_and_no_answer_sets_one(api):
    for role in (Role.HEAD_OFFICE, Role.ADMIN, Role.OFFICE):
        client = api.world.client(role)
        for one in OPERATIONS:
            answer = client.open(
                f"/api/v1{address(api, one, api.own)}?lang=en",
                method=one.method,
                json=BODIES.get(one.name) if one.method == "POST" else None,
            )
            assert answer.status_code == (400 if one.needs is Door.EVERYBODY else 401)
            assert "Set-Cookie" not in answer.headers


def test_a_write_from_a_page_of_another_site_is_refused_even_with_a_key(api):
    before = contents(api.engine)
    path = f"/api/v1/cases/{api.case(api.own)}/steps"
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        sent = {**api.bearer("own"), "Idempotency-Key": "x", **headers}
        answer = api.client().post(path, json=BODIES["takeStep"], headers=sent)
        assert answer.status_code == 400
        assert answer.mimetype == "application/problem+json"
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert contents(api.engine) == before


def test_no_answer_holds_a_name_a_number_or_words_but_with_the_scope_for_words(api):
    """Canaries of every home stand in the register and in the words of its owner."""
    kept, shown = Kept(api.world), {}
    for one in OPERATIONS:
        answer = call(api, one, "all", api.own)
        assert OWNER_NAME not in answer.text
        assert OWNER_PHONE not in answer.text
        shown[one.name] = SAID in answer.text
    kept.put_back()
    assert {name for name, is_shown in shown.items() if is_shown} == {"getCase"}
    narrow = api.get(f"/cases/{api.case(api.own)}", "cases:read").json
    assert narrow["home"] is None
    assert narrow["words"] is None
    homes = api.get(f"/cases/{api.case(api.own)}", "cases:home").json
    assert homes["home"] == {"building": "1栋", "room": "7-7701"}
    assert homes["words"] is None


def test_cases_of_head_offices_list_exist_for_no_key(api):
    """Each community has one case whose owner wrote to head office alone."""
    rows = api.get(f"/campaigns/{CODE}/cases").json["items"]
    assert sorted(row["community"] for row in rows) == [api.own, api.foreign]


@pytest.mark.parametrize("change", ["revoked_at", "expires_at"])
def test_a_key_that_ended_opens_nothing_from_then_on(api, change):
    kept, services = Kept(api.world), api.world.app.extensions["linsheng"]
    assert api.get("/me", "nothing").status_code == 200
    usual = services.clock
    if change == "expires_at":
        services.clock = lambda: usual() + timedelta(days=90)
    else:
        revoke(api, "nothing")
    answer = api.get("/me", "nothing")
    services.clock = usual
    kept.put_back()
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def revoke(api, token):
    """Revoke a key as its page does."""
    from_db = api.world.client(Role.ADMIN)
    page = from_db.get("/admin/connections/").text
    number = api.tokens[token].split("_")[1]
    assert f'<span class="sm code">ls_{number}_…' in page
    form = from_db.get(f"/admin/connections/keys/{number}").text
    csrf = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', form)[-1]
    answer = from_db.post(f"/admin/connections/keys/{number}/revoke", data={"csrf_token": csrf})
    assert answer.status_code == 302


def test_one_who_asks_too_often_waits_and_the_others_do_not(api):
    statuses = [api.get("/me", "slow").status_code for _ in range(4)]
    answer = api.get("/me", "slow")
    assert statuses == [200, 200, 200, 429]
    assert answer.headers["Retry-After"] == "60"
    assert api.get("/me", "nothing").status_code == 200
