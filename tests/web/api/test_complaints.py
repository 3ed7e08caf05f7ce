"""Complaints of the company's own app: taken in once; one against the director is nobody's here."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.service.complaints.models import Complaint
from tests.web.api.test_guard import BODIES
from tests.web.permissions.mass import Kept


def body(api, **changes):
    return {**BODIES["takeComplaint"], "community": api.own, **changes}


def count(api):
    with Session(api.engine) as session:
        return session.scalar(select(func.count()).select_from(Complaint))


def test_a_complaint_sent_twice_is_taken_in_once_and_its_state_comes_without_words(api):
    kept, before = Kept(api.world), count(api)
    first = api.post("/complaints", body(api), "own", name="c1")
    again = api.post("/complaints", body(api), "own", name="c1")
    state = api.get(f"/complaints/{first.json['id']}", "own")
    made = count(api) - before
    kept.put_back()
    assert (first.status_code, first.json) == (201, again.json)
    assert made == 1
    assert (state.json["number"], state.json["stage"]) == (first.json["number"], "accepted")
    assert state.json["sorted_as"] is None
    for words in ("钱女士", "13800001111", "楼道灯坏了", "7-7701"):
        assert words not in state.text


def test_one_against_the_director_is_taken_in_and_then_unknown_to_every_key(api):
    kept = Kept(api.world)
    answer = api.post("/complaints", body(api, against_director=True), "own", name="c2")
    seen = [api.get(f"/complaints/{answer.json['id']}", token) for token in ("own", "all")]
    unknown = api.get("/complaints/2000000000", "own")
    kept.put_back()
    assert answer.status_code == 201
    assert [one.status_code for one in seen] == [404, 404]
    assert seen[0].data == unknown.data


def test_a_home_that_is_not_there_and_a_community_of_others_are_refused(api):
    before = count(api)
    nobody = api.post("/complaints", body(api, room="9-9999"), "own", name="c3")
    foreign = api.post("/complaints", body(api, community=api.foreign), "own", name="c4")
    late = api.post("/complaints", body(api, received_at="2030-01-01T00:00:00Z"), "own", name="c5")
    assert [one.status_code for one in (nobody, foreign, late)] == [409, 404, 409]
    assert late.json["errors"] == [{"field": "received_at", "code": "in_future"}]
    assert count(api) == before


def test_a_list_of_complaints_goes_on_by_key_in_the_keys_communities_only(api):
    kept = Kept(api.world)
    for number in range(3):
        api.post("/complaints", body(api), "own", name=f"l{number}")
    secret = api.post("/complaints", body(api, against_director=True), "own", name="l9").json
    seen, path = [], "/complaints?limit=2"
    while path:
        page = api.get(path, "own").json
        seen += page["items"]
        path = page["next"] and f"/complaints?limit=2&cursor={page['next']}"
    keys = [one["id"] for one in seen]
    elsewhere = api.get("/complaints", "nowhere").json
    foreign = api.get(f"/complaints?community={api.foreign}", "own").json
    closed = api.get("/complaints?is_open=false", "own").json
    other_list = api.get(f"/complaints?is_open=true&cursor={'A' * 16}", "own")
    every = api.get("/complaints?limit=200", "all")
    kept.put_back()
    assert keys == sorted(set(keys))
    assert len(keys) == 4  # one of the world, three of this test
    assert {one["community"] for one in seen} == {api.own}
    assert secret["id"] not in keys
    assert secret["number"] not in every.text
    assert (elsewhere["items"], foreign["items"], closed["items"]) == ([], [], [])
    assert other_list.status_code == 404
    for words in ("钱女士", "13800001111", "楼道灯坏了", "7-7701"):
        assert words not in every.text
