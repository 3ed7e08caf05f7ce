"""The audit log: forgeries are found, by the chain or by an anchor; search and who saw a home."""

from datetime import timedelta

import pytest

from app.rights.log import anchors, queries
from app.rights.log.anchors import BrokenAnchorError, keep_anchor
from app.rights.log.queries import Wanted
from app.staff import audit
from benchmarks.tampering import run
from tests.factories import NOW, make_community, make_staff


def test_five_hundred_tamperings_are_all_found(tmp_path):
    # The whole proof: `python -m benchmarks.tampering`, 10,000 of them.
    assert run(500, entries=40, seed=7, folder=tmp_path, careful=25) == (500, 500)


def look(session, subject, *, actor="system", action="household.look", community=None, at=NOW):
    audit.record(
        session, actor=actor, action=action, subject=subject, community_id=community, now=at
    )


def test_an_anchor_is_written_once_a_day_and_the_newest_head_each_time(session, vault, tmp_path):
    assert keep_anchor(session, vault, tmp_path, now=NOW) is None
    look(session, "a")
    first, is_first = keep_anchor(session, vault, tmp_path, now=NOW)
    assert (first.sequence, is_first) == (1, True)
    assert keep_anchor(session, vault, tmp_path, now=NOW) is None
    look(session, "b")
    assert keep_anchor(session, vault, tmp_path, now=NOW)[1] is False
    look(session, "c")
    assert keep_anchor(session, vault, tmp_path, now=NOW + timedelta(days=1))[1] is True
    lines = (tmp_path / anchors.DAILY).read_text().splitlines()
    assert [line.split()[:2] for line in lines] == [["2026-11-02", "1"], ["2026-11-03", "3"]]
    assert anchors.verify(session, vault, tmp_path) == (3, 3)


def test_an_anchor_made_without_the_key_is_refused(session, vault, tmp_path):
    look(session, "a")
    made, _is_first = keep_anchor(session, vault, tmp_path, now=NOW)
    forged = made.line().replace("2026-11-02", "2026-11-01")
    (tmp_path / anchors.DAILY).write_text(forged + "\n")
    with pytest.raises(BrokenAnchorError):
        anchors.verify(session, vault, tmp_path)


def test_the_log_is_searched_by_person_act_place_home_and_day(session):
    community = make_community(session)
    staff = make_staff(session, name="李强")
    look(session, "a", actor=f"staff:{staff.id}", community=community.id)
    look(session, "b", action="household.people")
    look(session, "a", at=NOW + timedelta(days=3))

    def found(**wanted):
        return [row.entry.sequence for row in queries.search_log(session, Wanted(**wanted))]

    assert found() == [3, 2, 1]
    assert found(staff_id=staff.id) == [1]
    assert found(action="household.people") == [2]
    assert found(subject="a") == [3, 1]
    assert found(community_id=community.id) == [1]
    assert found(since=NOW + timedelta(days=1)) == [3]
    assert found(until=NOW + timedelta(days=1)) == [2, 1]
    assert [row.entry.sequence for row in queries.search_log(session, Wanted(), before=3)] == [2, 1]
    rows = queries.list_lookers(session, "a", 10)
    assert [(row.entry.sequence, row.name) for row in rows] == [(3, ""), (1, "李强")]
    assert (rows[1].community, queries.list_actions(session)) == (
        community.name,
        ["household.look", "household.people"],
    )
