"""A leaf keyed in by hand and its scan are one answer, whichever came first."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from app.db import write_session
from app.surveys.paper.reading.result import Problem
from app.surveys.paper.scans import batches, deciding, keyed, queries
from app.surveys.paper.scans.deciding import Decision
from app.surveys.paper.scans.errors import BatchClosedError, KeyedOtherwiseError, MovedError
from app.surveys.paper.scans.models import ScanFile
from app.surveys.paper.scans.reviewing import view_page, what_stands
from app.surveys.paper.scans.sheets import get_printed
from app.surveys.paper.scans.trays import Tray, Verdict
from app.surveys.response.queries import find_by_receipt, find_counted, list_responses
from app.surveys.response.vector import decode
from app.surveys.response.voids.models import VoidReason
from app.surveys.response.voids.services import void_response
from tests.factories import NOW, perception_instrument
from tests.integration.paper_scans import desk
from tests.integration.snapshot.answering import answer

# Locks alone differ between the databases: both take part in the first test.
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def marked(at_desk, at=0, **other):
    """Return what is marked on a sheet as a clerk keys it: all but who helped."""
    layout = desk.layout_for(at_desk.session, at_desk.sheets[at])
    answers = {**desk.answers_of(layout, at), **other}
    items = {item.code for item in perception_instrument().items if not item.in_vector}
    return {
        name: list(values)
        for name, values in answers.items()
        if name != "helped" and name not in items
    }


def key_in(at_desk, raw, at=0, *, staff=None):
    return keyed.key_in(
        at_desk.session,
        at_desk.vault,
        get_printed(at_desk.session, at_desk.sheets[at].id),
        raw,
        staff_id=(staff or at_desk.clerk).staff_id,
        now=NOW,
    )


def answers_in(at_desk, at=0):
    return list_responses(at_desk.session, at_desk.sheets[at].frame_member_id)


def void(at_desk, stored):
    void_response(
        at_desk.session,
        at_desk.vault,
        stored,
        reason=VoidReason.TRIAL,
        note="录错",
        staff_id=at_desk.clerk.staff_id,
        now=NOW,
    )


def test_the_scan_of_a_keyed_leaf_is_recognised_and_stores_nothing_new(at_desk):
    receipt = key_in(at_desk, marked(at_desk))
    pages = at_desk.hand_in(*at_desk.pages(0, doubtful=["overall"]))
    assert {(page.tray, page.problem) for page in pages} == {(Tray.ACCEPTED, keyed.KEYED)}
    stored = answers_in(at_desk)
    assert [(one.receipt, one.is_counted) for one in stored] == [(receipt.code, True)]
    found = queries.find_scan_sheet(at_desk.session, at_desk.sheets[0].id)
    assert found.response_id == stored[0].id
    again = at_desk.hand_in(*at_desk.pages(0, doubtful=["overall"]))
    assert {page.tray for page in again} == {Tray.DUPLICATE}
    both = len(pages) + len(again)
    assert at_desk.sums() == (both, both, 0, 0)


@SQLITE
def test_the_scan_of_a_keyed_leaf_with_other_marks_is_a_conflict(at_desk):
    key_in(at_desk, marked(at_desk, overall=("3",)))
    pages = at_desk.hand_in(*at_desk.pages(0, answers={"overall": ("9",)}))
    found = {page.page: (page.tray, page.problem) for page in pages}
    form = desk.layout_for(at_desk.session, at_desk.sheets[0])
    other = next(one.number for one in form.pages if any(r.field == "overall" for r in one.rows))
    assert found.pop(other) == (Tray.CONFLICT, keyed.KEYED_OTHERWISE)
    assert set(found.values()) == {(Tray.ACCEPTED, keyed.KEYED)}
    assert [decoded(one)["overall"] for one in answers_in(at_desk)] == [3]


@SQLITE
def test_keying_a_leaf_whose_scan_is_an_answer_adds_nothing(at_desk):
    at_desk.hand_in(*at_desk.pages(0))
    stored = answers_in(at_desk)
    receipt = key_in(at_desk, marked(at_desk))
    assert (receipt.code, receipt.replayed) == (stored[0].receipt, True)
    other = "1" if marked(at_desk)["overall"] != ["1"] else "2"
    with pytest.raises(KeyedOtherwiseError) as caught:
        key_in(at_desk, marked(at_desk, overall=(other,)))
    assert caught.value.response_id == stored[0].id
    assert len(answers_in(at_desk)) == 1


@SQLITE
@pytest.mark.parametrize(
    ("overall", "tray"), [(None, Tray.ACCEPTED), ("8", Tray.ACCEPTED), ("2", Tray.CONFLICT)]
)
def test_a_scan_that_waits_needs_nobody_once_its_leaf_is_keyed(at_desk, overall, tray):
    scanned = {} if overall is None else {"overall": (overall,)}
    doubtful = ["overall"] if overall is None else ["helped"]
    form = desk.layout_for(at_desk.session, at_desk.sheets[0])
    at = next(i for i, one in enumerate(form.pages) if any(r.field == "overall" for r in one.rows))
    page = at_desk.hand_in(at_desk.pages(0, answers=scanned, doubtful=doubtful)[at])[0]
    assert page.tray in (Tray.PARTNER, Tray.DOUBTFUL)
    mine = marked(at_desk) if overall is None else marked(at_desk, overall=("8",))
    key_in(at_desk, mine)
    assert page.tray is tray
    assert (page.slot is None) == (tray is Tray.CONFLICT)
    assert len(answers_in(at_desk)) == 1
    with pytest.raises(MovedError):
        deciding.decide(
            at_desk.session,
            at_desk.vault,
            page.id,
            {"overall": Decision(Verdict.CHOSEN, ("5",))},
            staff_id=at_desk.clerk.staff_id,
            now=NOW,
        )
    stands = {one.field.name: one for one in what_stands(at_desk.session, at_desk.vault, page)}
    assert stands["overall"].values == tuple(mine["overall"])


@SQLITE
def test_a_keyed_leaf_has_the_language_and_form_of_its_print_and_who_keyed_it(at_desk):
    sheet = at_desk.sheets[0]
    sheet.language, other = "en", desk.clerk_of(at_desk.session)
    receipt = key_in(at_desk, marked(at_desk), staff=other)
    stored = find_by_receipt(at_desk.session, receipt.code)
    assert (stored.language, stored.form, stored.entered_by) == ("en", "full", other.staff_id)


@SQLITE
def test_a_keyed_leaf_is_keyed_again_and_scanned_anew_only_after_a_void(at_desk):
    first = find_by_receipt(at_desk.session, key_in(at_desk, marked(at_desk)).code)
    assert key_in(at_desk, marked(at_desk)).replayed
    void(at_desk, first)
    second = key_in(at_desk, marked(at_desk, overall=("4",)))
    assert not second.replayed
    assert decoded(find_counted(at_desk.session, first.frame_member_id))["overall"] == 4
    void(at_desk, find_by_receipt(at_desk.session, second.code))
    pages = at_desk.hand_in(*at_desk.pages(0))
    assert {(page.tray, page.problem) for page in pages} == {(Tray.ACCEPTED, "")}
    assert [one.is_counted for one in answers_in(at_desk)].count(True) == 1
    assert len(answers_in(at_desk)) == 3


@SQLITE
def test_scans_in_conflict_with_a_keyed_answer_stand_once_it_is_voided_and_decided_anew(at_desk):
    wrong = {"overall": ("9",), "helped": ("family",)}
    stored = find_by_receipt(at_desk.session, key_in(at_desk, marked(at_desk, overall=("3",))).code)
    pages = at_desk.hand_in(*at_desk.pages(0, answers=wrong))
    page = next(one for one in pages if one.tray is Tray.CONFLICT)
    who = {"reason": "以扫描为准", "staff_id": at_desk.clerk.staff_id, "now": NOW}
    with pytest.raises(MovedError):
        deciding.decide_anew(at_desk.session, at_desk.vault, page.id, **who)
    void(at_desk, stored)
    deciding.decide_anew(at_desk.session, at_desk.vault, page.id, **who)
    assert (page.tray, page.slot is None) == (Tray.DOUBTFUL, False)
    view = view_page(at_desk.session, at_desk.vault, page)
    confirmed = {
        one.name: Decision(Verdict.CONFIRMED, one.proposal) for one in view.fields if one.proposal
    }
    deciding.decide(
        at_desk.session,
        at_desk.vault,
        page.id,
        confirmed,
        staff_id=at_desk.clerk.staff_id,
        now=NOW,
    )
    counted = find_counted(at_desk.session, stored.frame_member_id)
    assert decoded(counted)["overall"] == 9
    assert at_desk.sums()[2] == 0


@SQLITE
def test_a_page_that_cannot_be_read_is_known_once_its_leaf_is_keyed(at_desk):
    key_in(at_desk, marked(at_desk))
    lost = at_desk.hand_in(desk.lost_page(1, Problem.NO_CODE))[0]
    deciding.name_page(
        at_desk.session,
        at_desk.vault,
        lost.id,
        number=at_desk.sheets[0].number,
        page_of_sheet=1,
        staff_id=at_desk.clerk.staff_id,
        now=NOW,
    )
    assert (lost.tray, lost.problem) == (Tray.ACCEPTED, keyed.KEYED)


@SQLITE
def test_a_sheet_is_not_decided_anew_behind_the_back_of_a_closed_batch(at_desk):
    session, vault = at_desk.session, at_desk.vault
    *first, second = at_desk.pages(0)
    at_desk.hand_in(*first)
    other = desk.open_bundle(session, at_desk.campaign, at_desk.community, at_desk.clerk, sheets=1)
    page = desk.hand_in(session, vault, desk.upload(session, other, at_desk.clerk), [second])[0]
    batches.end_file(session, at_desk.file.id, problem="", now=NOW)
    batches.close_batch(
        session, vault, at_desk.batch.id, note="另一捆里", actor=at_desk.clerk, now=NOW
    )
    void(at_desk, find_counted(session, at_desk.sheets[0].frame_member_id))
    with pytest.raises(BatchClosedError):
        deciding.decide_anew(
            session, vault, page.id, reason="读错", staff_id=at_desk.clerk.staff_id, now=NOW
        )


@SQLITE
def test_who_decided_last_stands_with_the_answer_else_who_opened_the_batch(at_desk):
    second = desk.clerk_of(at_desk.session)
    pages = at_desk.hand_in(*at_desk.pages(0, doubtful=["overall", "helped"]), *at_desk.pages(1))
    for field, who in (("overall", at_desk.clerk), ("helped", second)):
        page = next(one for one in pages if _has(at_desk, one, field))
        deciding.decide(
            at_desk.session,
            at_desk.vault,
            page.id,
            {field: Decision(Verdict.CHOSEN, ("family" if field == "helped" else "5",))},
            staff_id=who.staff_id,
            now=NOW,
        )
    counted = [find_counted(at_desk.session, one.frame_member_id) for one in at_desk.sheets[:2]]
    assert [one.entered_by for one in counted] == [second.staff_id, at_desk.clerk.staff_id]


@SQLITE
def test_a_second_answer_is_seen_once_it_is_there_once_and_anew_after_another_decision(at_desk):
    session, vault, sheet = at_desk.session, at_desk.vault, at_desk.sheets[0]
    look = {"staff_id": at_desk.clerk.staff_id, "now": NOW}
    pages = at_desk.hand_in(*at_desk.pages(0, doubtful=["overall"]))
    with pytest.raises(MovedError):  # nothing has come of the sheet yet
        deciding.see_second_answer(session, vault, sheet.id, note="看过", **look)
    answer(session, vault, at_desk.campaign, desk.member_of(session, sheet))
    page = next(one for one in pages if one.tray is Tray.DOUBTFUL)
    decided = {"overall": Decision(Verdict.CHOSEN, ("5",))}
    deciding.decide(session, vault, page.id, decided, **look)
    campaign = at_desk.campaign.id
    assert len(queries.list_second_answers(session, at_desk.clerk, campaign)) == 1
    found = deciding.see_second_answer(session, vault, sheet.id, note="先在手机上答了", **look)
    noted = found.seen_note_sealed
    with pytest.raises(MovedError):  # the first note stands
        deciding.see_second_answer(session, vault, sheet.id, note="另一句话", **look)
    assert found.seen_note_sealed == noted
    second = next(one for one in answers_in(at_desk) if not one.is_counted)
    void(at_desk, second)
    deciding.decide_anew(session, vault, page.id, reason="读错", **look)
    assert (found.seen_at, found.seen_by, found.seen_note_sealed) == (None, None, None)
    names = [one.name for one in view_page(session, vault, page).fields]
    again = {
        name: Decision(Verdict.CHOSEN, tuple(values))
        for name, values in desk.answers_of(desk.layout_for(session, sheet), 0).items()
        if name in names
    }
    deciding.decide(session, vault, page.id, again, **look)
    assert len(queries.list_second_answers(session, at_desk.clerk, campaign)) == 1


def _has(at_desk, page, field):
    form = desk.layout_for(at_desk.session, at_desk.sheets[0]).page(page.page)
    return page.sheet_id == at_desk.sheets[0].id and any(row.field == field for row in form.rows)


def decoded(stored):
    return decode(perception_instrument(), stored.vector).values


def test_keyed_and_scanned_at_the_same_moment_is_one_answer_and_nothing_waits(at_desk, engine):
    homes = range(len(at_desk.sheets))
    files = [desk.upload(at_desk.session, at_desk.batch, at_desk.clerk).id for _home in homes]
    todo = [
        (one.id, at_desk.pages(at), marked(at_desk, at)) for at, one in enumerate(at_desk.sheets)
    ]
    staff_id, batch_id = at_desk.clerk.staff_id, at_desk.batch.id
    at_desk.session.commit()
    start = Barrier(2)

    def scan(at):
        start.wait()
        for page in todo[at][1]:
            with write_session(engine) as session:
                file = session.get_one(ScanFile, files[at])
                desk.hand_in(session, at_desk.vault, file, [page])

    def key(at):
        start.wait()
        with write_session(engine) as session:
            printed = get_printed(session, todo[at][0])
            keyed.key_in(session, at_desk.vault, printed, todo[at][2], staff_id=staff_id, now=NOW)

    with ThreadPoolExecutor(2) as pool:
        for at in homes:
            both = pool.submit(scan, at), pool.submit(key, at)
            assert [one.result() for one in both] == [None, None]
    for at in homes:
        assert [one.is_counted for one in answers_in(at_desk, at)] == [True]
    batch = at_desk.session.get_one(type(at_desk.batch), batch_id, populate_existing=True)
    pages = sum(len(pages) for _sheet, pages, _raw in todo)
    assert (batch.pages, batch.accepted, batch.queued) == (pages, pages, 0)
