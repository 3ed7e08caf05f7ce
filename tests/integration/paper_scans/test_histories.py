"""Random histories of scans and decisions: no page is lost, no home counted twice."""

import random

import pytest

from app.surveys.campaign.contact.queries import count_community
from app.surveys.paper.reading.result import Problem
from app.surveys.paper.scans import deciding, queries
from app.surveys.paper.scans.deciding import Decision
from app.surveys.paper.scans.reviewing import view_page
from app.surveys.paper.scans.trays import GROUPS, Group, Tray, Verdict
from app.surveys.response.queries import find_counted, list_responses
from tests.factories import NOW
from tests.integration.paper_scans import desk


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_in_whatever_order_no_page_is_lost(at_desk, seed):
    """Random histories: scans, rescans, alterations, lost pages, decisions, putting aside."""
    rng = random.Random(seed)
    session, handed = at_desk.session, 0
    for _step in range(20):
        act = rng.randrange(6)
        at = rng.randrange(len(at_desk.sheets))
        if act < 3:
            doubtful = rng.sample(["overall", "helped", "priority"], rng.randrange(2))
            altered = {"overall": (str(rng.randrange(1, 11)),)} if rng.random() < 0.3 else {}
            page = rng.choice(at_desk.pages(at, doubtful=doubtful, answers=altered))
            at_desk.hand_in(page)
            handed += 1
        elif act == 3:
            at_desk.hand_in(desk.lost_page(1, rng.choice(list(Problem))))
            handed += 1
        else:
            _decide_something(at_desk, rng, may_void=act == 5)
        _check_sum(at_desk, handed)
    for sheet in at_desk.sheets:
        stored = list_responses(session, sheet.frame_member_id)
        assert sum(one.is_counted for one in stored) <= 1
        found = queries.find_scan_sheet(session, sheet.id)
        live = queries.list_live(session, sheet.id)
        has_answer = found is not None and found.response_id is not None
        assert has_answer == any(page.tray is Tray.ACCEPTED for page in live)
    returned = count_community(session, at_desk.campaign.id, at_desk.community.id).count.returned
    counted = [find_counted(session, sheet.frame_member_id) for sheet in at_desk.sheets]
    assert returned == len([one for one in counted if one is not None])


def _decide_something(at_desk, rng, *, may_void):
    trays = [tray for tray, group in GROUPS.items() if group is Group.QUEUED]
    waiting = queries.list_pages(at_desk.session, at_desk.batch.id, trays, limit=200)
    if not waiting:
        return
    page = rng.choice(waiting)
    who = {"staff_id": at_desk.clerk.staff_id, "now": NOW}
    if may_void and page.tray is not Tray.CONFLICT:
        deciding.put_aside(at_desk.session, at_desk.vault, page.id, reason="坏页", **who)
    elif page.tray is Tray.CONFLICT:
        deciding.settle_conflict(at_desk.session, at_desk.vault, page.id, reason="旧", **who)
    elif page.tray is Tray.DOUBTFUL:
        view = view_page(at_desk.session, at_desk.vault, page)
        values = {"overall": ("7",), "helped": ("nobody",)}
        deciding.decide(
            at_desk.session,
            at_desk.vault,
            page.id,
            {
                one.name: Decision(Verdict.CHOSEN, values[one.name])
                if one.name in values
                else Decision(Verdict.CONFIRMED, one.proposal)
                for one in view.fields
            },
            **who,
        )


def _check_sum(at_desk, handed):
    pages, accepted, queued, blank = at_desk.sums()
    assert pages == handed == accepted + queued + blank
    trays = queries.count_trays(at_desk.session, [at_desk.batch.id])[at_desk.batch.id]
    by_group = dict.fromkeys(Group, 0)
    for tray, count in trays.items():
        by_group[GROUPS[tray]] += count
    assert (accepted, queued, blank) == tuple(by_group[group] for group in Group)
