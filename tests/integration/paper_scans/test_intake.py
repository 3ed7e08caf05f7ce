"""Pages come in once, in any order, each in exactly one tray; the sum of a batch always holds."""

from itertools import permutations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.surveys.paper.codes import PageCode, make_code
from app.surveys.paper.reading.result import Problem
from app.surveys.paper.scans.deciding import put_aside
from app.surveys.paper.scans.errors import MovedError
from app.surveys.paper.scans.intake import take_page
from app.surveys.paper.scans.queries import find_scan_sheet
from app.surveys.paper.scans.trays import Tray
from app.surveys.response.models import Channel
from app.surveys.response.queries import find_counted, list_responses
from app.surveys.response.vector import decode
from tests.factories import NOW, make_campaign, make_community, members_of, perception_instrument
from tests.integration.paper_scans import desk
from tests.integration.snapshot.answering import answer

# What differs between the databases lies in the queries: the other tests go through all of them.
ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_sure_sheet_becomes_the_counted_paper_answer_of_its_home(at_desk):
    pages = at_desk.hand_in(*at_desk.pages(0))
    assert {page.tray for page in pages} == {Tray.ACCEPTED}
    stored = find_counted(at_desk.session, at_desk.sheets[0].frame_member_id)
    layout = desk.layout_for(at_desk.session, at_desk.sheets[0])
    marked = desk.answers_of(layout, 0)
    assert stored.channel is Channel.PAPER
    assert stored.entered_by == at_desk.clerk.staff_id
    answers = decode(perception_instrument(), stored.vector)
    assert str(answers.values["overall"]) == marked["overall"][0]
    assert find_scan_sheet(at_desk.session, at_desk.sheets[0].id).helped == "family"
    assert at_desk.sums() == (len(pages), len(pages), 0, 0)


def test_the_pages_of_several_sheets_come_in_any_order_and_from_two_batches(at_desk):
    other = desk.open_bundle(at_desk.session, at_desk.campaign, at_desk.community, at_desk.clerk)
    second = desk.upload(at_desk.session, other, at_desk.clerk)
    first_pages = [at_desk.pages(at)[0] for at in (2, 0, 1)]
    rest = [page for at in (1, 2, 0) for page in at_desk.pages(at)[1:]]
    taken = at_desk.hand_in(*first_pages)
    assert {page.tray for page in taken} == {Tray.PARTNER}
    desk.hand_in(at_desk.session, at_desk.vault, second, rest)
    assert at_desk.sums() == (3, 3, 0, 0)
    assert desk.sums_of(at_desk.session, other) == (len(rest), len(rest), 0, 0)
    for at in range(3):
        member = desk.member_of(at_desk.session, at_desk.sheets[at])
        found = find_counted(at_desk.session, member.id)
        marked = desk.answers_of(desk.layout_for(at_desk.session, at_desk.sheets[at]), at)
        assert (
            str(decode(perception_instrument(), found.vector).values["overall"])
            == (marked["overall"][0])
        )


@ONE
def test_a_rescan_with_the_same_marks_changes_nothing(at_desk):
    at_desk.hand_in(*at_desk.pages(0), *at_desk.pages(1, doubtful=["overall"]))
    before = len(list_responses(at_desk.session, at_desk.sheets[0].frame_member_id))
    again = at_desk.hand_in(*at_desk.pages(0), *at_desk.pages(1, doubtful=["overall"]))
    assert {page.tray for page in again} == {Tray.DUPLICATE}
    assert len(list_responses(at_desk.session, at_desk.sheets[0].frame_member_id)) == before == 1


@ONE
@pytest.mark.parametrize("change", ["mark", "emptied", "ink"])
def test_a_rescan_with_other_marks_waits_for_a_person_and_changes_no_answer(at_desk, change):
    at_desk.hand_in(*at_desk.pages(0))
    stored = find_counted(at_desk.session, at_desk.sheets[0].frame_member_id).vector
    marked = desk.answers_of(desk.layout_for(at_desk.session, at_desk.sheets[0]), 0)["overall"]
    other = ("1",) if marked != ("1",) else ("2",)
    changed = {
        "mark": {"answers": {"overall": other}},
        "emptied": {"answers": {"overall": ()}},
        "ink": {"inked": [_frames(at_desk)[0]]},
    }[change]
    again = at_desk.hand_in(*at_desk.pages(0, **changed))
    (conflict,) = [page for page in again if page.tray is Tray.CONFLICT]
    with pytest.raises(MovedError):  # head office alone decides it, by its own door
        put_aside(at_desk.session, at_desk.vault, conflict.id, reason="x", staff_id=1, now=NOW)
    assert find_counted(at_desk.session, at_desk.sheets[0].frame_member_id).vector == stored


def _frames(at_desk):
    layout = desk.layout_for(at_desk.session, at_desk.sheets[0])
    return [frame.field for page in layout.pages for frame in page.frames]


@ONE
def test_pages_from_elsewhere_are_never_accepted(at_desk):
    session, vault = at_desk.session, at_desk.vault
    page = at_desk.pages(0)[0]
    away = make_community(session, households=1)
    other = make_campaign(session, vault, code="2027-06")
    elsewhere = desk.print_sheets(session, vault, other, away)[0]
    foreign = desk.scanned(vault, elsewhere, desk.layout_for(session, elsewhere).pages[0], {})
    sheet = at_desk.sheets[1]
    code = PageCode(2**30 + 5, 1, 1, sheet.layout_key, at_desk.campaign.id)
    unknown = make_code(vault, code)
    forged = page.code[:-1] + ("2" if page.code[-1] != "2" else "3")
    old = desk.scanned(vault, sheet, desk.layout_for(session, sheet).pages[0], {}, layout="AAAAAA")
    taken = at_desk.hand_in(
        foreign,
        desk.lost_page(1, Problem.LAYOUT_UNKNOWN, code=unknown),
        desk.lost_page(1, Problem.LAYOUT_UNKNOWN, code=forged),
        old,
        desk.lost_page(1, Problem.NO_CODE),
        desk.lost_page(1, Problem.WEAK_PRINT),
        desk.lost_page(1, Problem.BLANK),
    )
    assert [(one.tray, one.problem) for one in taken] == [
        (Tray.FOREIGN, "other_campaign"),
        (Tray.FORGED, "no_such_sheet"),
        (Tray.FORGED, "made_up"),
        (Tray.FOREIGN, "old_form"),
        (Tray.NO_CODE, "no_code"),
        (Tray.WEAK, "weak_print"),
        (Tray.BLANK, "blank"),
    ]
    assert at_desk.sums() == (7, 0, 6, 1)


@ONE
def test_a_sheet_of_another_community_of_the_campaign_is_not_taken_either(session, vault):
    here, away = make_community(session, households=1), make_community(session, households=1)
    campaign = make_campaign(session, vault)
    sheet = desk.print_sheets(session, vault, campaign, away)[0]
    clerk = desk.clerk_of(session)
    batch = desk.open_bundle(session, campaign, here, clerk)
    file = desk.upload(session, batch, clerk)
    layout = desk.layout_for(session, sheet)
    page = desk.scanned(vault, sheet, layout.pages[0], desk.answers_of(layout, 1))
    taken = desk.hand_in(session, vault, file, [page])
    assert (taken[0].tray, taken[0].problem) == (Tray.FOREIGN, "other_place")


@ONE
def test_a_page_that_is_stored_is_not_taken_again_after_the_worker_died(at_desk):
    page = at_desk.pages(0)[0]
    assert take_page(at_desk.session, at_desk.vault, at_desk.file, page, now=NOW) is not None
    assert take_page(at_desk.session, at_desk.vault, at_desk.file, page, now=NOW) is None
    assert at_desk.sums() == (1, 0, 1, 0)


@ONE
@pytest.mark.parametrize("order", list(permutations(["phone", "paper", "copy"])))
def test_of_phone_and_two_sheets_exactly_the_first_counts(session, vault, order):
    community = make_community(session, households=1)
    campaign = make_campaign(session, vault)
    sheets = desk.print_sheets(session, vault, campaign, community, copies=2)
    clerk = desk.clerk_of(session)
    batch = desk.open_bundle(session, campaign, community, clerk)
    file = desk.upload(session, batch, clerk)
    member = members_of(session, campaign, community)[0]
    layout = desk.layout_for(session, sheets[0])
    for what in order:
        if what == "phone":
            answer(session, vault, campaign, member)
            continue
        sheet = sheets[what == "copy"]
        answers = desk.answers_of(layout, 7 + (what == "copy"))
        desk.hand_in(
            session,
            vault,
            file,
            [desk.scanned(vault, sheet, page, answers) for page in layout.pages],
        )
    stored = list_responses(session, member.id)
    assert [one.is_counted for one in stored] == [True, False, False]
    assert (stored[0].channel is Channel.PHONE) == (order[0] == "phone")
    assert batch_is_accepted(session, batch)


def batch_is_accepted(session, batch):
    pages, accepted, _queued, _blank = desk.sums_of(session, batch)
    return pages == accepted > 0


def test_the_database_itself_keeps_the_sum_and_every_page(at_desk):
    at_desk.hand_in(*at_desk.pages(0), desk.lost_page(1, Problem.NO_CODE))
    session = at_desk.session
    session.flush()
    for statement in (
        "DELETE FROM scan_page",
        "UPDATE scan_page SET number = number + 100",
        "UPDATE scan_batch SET pages = pages + 1",
        "UPDATE scan_batch SET state = 'closed', closed_at = opened_at",
    ):
        with pytest.raises(DatabaseError) as caught, session.begin_nested():
            session.execute(text(statement))
        assert "scan" in str(caught.value)
    assert at_desk.sums()[0] == len(at_desk.pages(0)) + 1
