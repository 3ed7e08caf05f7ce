"""Doubts are decided field by field; a sheet is an answer once nothing is open, and then stays."""

import pytest

from app.surveys.paper.codes import make_typed, read_typed
from app.surveys.paper.reading.result import Problem
from app.surveys.paper.scans import batches, checks, deciding, queries, settling
from app.surveys.paper.scans.deciding import Decision, TakenError
from app.surveys.paper.scans.errors import (
    BatchClosedError,
    MovedError,
    NoReasonError,
    OwnSheetError,
    PagesOpenError,
    UnknownSheetError,
    WrongFieldError,
)
from app.surveys.paper.scans.models import BatchState, ScanCheck
from app.surveys.paper.scans.reviewing import view_page
from app.surveys.paper.scans.sampling import queries as sampled
from app.surveys.paper.scans.settling import LEAST, SAMPLE, is_drawn
from app.surveys.paper.scans.trays import Tray, Verdict
from app.surveys.response.models import Comment
from app.surveys.response.queries import find_comment, find_counted, list_responses
from app.surveys.response.vector import decode
from app.surveys.response.voids.models import VoidReason
from app.surveys.response.voids.services import void_response
from tests.factories import NOW, perception_instrument
from tests.integration.paper_scans import desk
from tests.integration.snapshot.answering import answer

# What differs between the databases is tried in test_histories and test_intake.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def decide(at_desk, page, decisions, *, staff=None):
    return deciding.decide(
        at_desk.session,
        at_desk.vault,
        page.id,
        decisions,
        staff_id=(staff or at_desk.clerk).staff_id,
        now=NOW,
    )


def chosen(*values):
    return Decision(Verdict.CHOSEN, values)


def frame_of(at_desk, at=0):
    layout = desk.layout_for(at_desk.session, at_desk.sheets[at])
    return next(
        (page.number, frame.field)
        for page in layout.pages
        for frame in page.frames
        if frame.field.startswith("comment")
    )


def test_a_doubtful_row_waits_and_what_a_person_chose_stands_in_the_answer(at_desk):
    pages = at_desk.hand_in(*at_desk.pages(0, doubtful=["overall"]))
    assert [page.tray for page in pages].count(Tray.DOUBTFUL) == 1
    assert find_counted(at_desk.session, at_desk.sheets[0].frame_member_id) is None
    page = next(page for page in pages if page.tray is Tray.DOUBTFUL)
    view = view_page(at_desk.session, at_desk.vault, page)
    assert [(one.name, one.why) for one in view.fields] == [("overall", "faint")]
    assert view.fields[0].crop is not None
    decide(at_desk, page, {"overall": chosen("3")})
    stored = find_counted(at_desk.session, at_desk.sheets[0].frame_member_id)
    assert decode(perception_instrument(), stored.vector).values["overall"] == 3
    assert at_desk.sums()[1:] == (len(pages), 0, 0)


def test_words_are_keyed_before_their_sheet_counts(at_desk):
    number, field = frame_of(at_desk)
    pages = at_desk.hand_in(*at_desk.pages(0, inked=[field]))
    page = pages[number - 1]
    assert page.tray is Tray.COMMENT
    decide(at_desk, page, {field: Decision(Verdict.WORDS, ("电梯常坏",))})
    stored = find_counted(at_desk.session, at_desk.sheets[0].frame_member_id)
    comment = find_comment(at_desk.session, stored.id)
    assert "\\u7535\\u68af" in at_desk.vault.open(comment.texts_sealed, "comment")


@pytest.mark.parametrize("verdict", [Verdict.UNREADABLE, Verdict.NO_WORDS])
def test_ink_without_readable_words_leaves_no_comment(at_desk, verdict):
    number, field = frame_of(at_desk)
    pages = at_desk.hand_in(*at_desk.pages(0, inked=[field]))
    decide(at_desk, pages[number - 1], {field: Decision(verdict)})
    stored = find_counted(at_desk.session, at_desk.sheets[0].frame_member_id)
    assert find_comment(at_desk.session, stored.id) is None


def test_a_sheet_the_answer_gate_refuses_comes_back_with_the_reason_at_its_field(at_desk):
    pages = at_desk.hand_in(*at_desk.pages(0, answers={"overall": ()}))
    page = next(page for page in pages if page.tray is Tray.DOUBTFUL)
    assert page.problem == "refused"
    view = view_page(at_desk.session, at_desk.vault, page)
    assert [one.name for one in view.fields] == ["overall"]
    assert [one.code for one in view.fields[0].problems] == ["missing_overall"]
    decide(at_desk, page, {"overall": Decision(Verdict.BLANK)})
    assert page.tray is Tray.DOUBTFUL
    decide(at_desk, page, {"overall": chosen("9")})
    assert page.tray is Tray.ACCEPTED
    assert find_counted(at_desk.session, at_desk.sheets[0].frame_member_id) is not None


def test_the_words_of_a_sheet_that_is_put_aside_are_kept_and_never_counted(at_desk):
    number, field = frame_of(at_desk)
    pages = at_desk.hand_in(*at_desk.pages(0, answers={"overall": ()}, inked=[field]))
    page = pages[number - 1]
    decide(at_desk, page, {field: Decision(Verdict.WORDS, ("门禁坏了",))})
    for one in pages:
        deciding.put_aside(
            at_desk.session,
            at_desk.vault,
            one.id,
            reason="没有填总体评价",
            staff_id=at_desk.clerk.staff_id,
            now=NOW,
        )
    assert {one.tray for one in pages} == {Tray.VOID}
    stored = list_responses(at_desk.session, at_desk.sheets[0].frame_member_id)
    assert [one.is_counted for one in stored] == [False]
    assert at_desk.session.query(Comment).count() == 1
    phone = answer(
        at_desk.session,
        at_desk.vault,
        at_desk.campaign,
        desk.member_of(at_desk.session, at_desk.sheets[0]),
    )
    assert phone.is_counted
    counted = find_counted(at_desk.session, at_desk.sheets[0].frame_member_id)
    void_response(
        at_desk.session,
        at_desk.vault,
        counted,
        reason=VoidReason.NOT_OWNER,
        note="不是业主",
        staff_id=at_desk.clerk.staff_id,
        now=NOW,
    )
    assert find_counted(at_desk.session, at_desk.sheets[0].frame_member_id) is None


def test_a_page_without_a_readable_code_is_named_by_its_printed_code_and_keyed(at_desk):
    sheet = at_desk.sheets[0]
    layout = desk.layout_for(at_desk.session, sheet)
    at_desk.hand_in(*at_desk.pages(0)[1:])
    page = at_desk.hand_in(desk.lost_page(1, Problem.NO_CODE))[0]
    number, page_of_sheet = read_typed(make_typed(sheet.number, 1))
    deciding.name_page(
        at_desk.session,
        at_desk.vault,
        page.id,
        number=number,
        page_of_sheet=page_of_sheet,
        staff_id=at_desk.clerk.staff_id,
        now=NOW,
    )
    assert page.tray is Tray.DOUBTFUL
    view = view_page(at_desk.session, at_desk.vault, page)
    rows = [row.field for row in layout.pages[0].rows]
    frames = [frame.field for frame in layout.pages[0].frames]
    assert [one.name for one in view.fields] == [*dict.fromkeys(rows), *frames]
    assert all(one.crop is None for one in view.fields)
    marked = desk.answers_of(layout, 0)
    decisions = {name: chosen(*marked[name]) for name in rows}
    decisions |= {name: Decision(Verdict.NO_WORDS) for name in frames}
    decide(at_desk, page, decisions)
    assert page.tray is Tray.ACCEPTED
    again = at_desk.hand_in(desk.lost_page(1, Problem.NO_CODE))[0]
    with pytest.raises(TakenError):
        deciding.name_page(
            at_desk.session,
            at_desk.vault,
            again.id,
            number=number,
            page_of_sheet=1,
            staff_id=at_desk.clerk.staff_id,
            now=NOW,
        )
    with pytest.raises(UnknownSheetError):
        deciding.name_page(
            at_desk.session,
            at_desk.vault,
            again.id,
            number=number + 1,
            page_of_sheet=1,
            staff_id=at_desk.clerk.staff_id,
            now=NOW,
        )


def test_nothing_can_be_decided_that_is_not_on_the_page(at_desk):
    pages = at_desk.hand_in(*at_desk.pages(0, doubtful=["overall"]))
    page = next(page for page in pages if page.tray is Tray.DOUBTFUL)
    for field, decision in (("overall", chosen("11")), ("nonsense", chosen("1"))):
        with pytest.raises(WrongFieldError), at_desk.session.begin_nested():
            decide(at_desk, page, {field: decision})
    decide(at_desk, page, {"overall": chosen("5")})
    with pytest.raises(MovedError):
        decide(at_desk, page, {"overall": chosen("6")})


def test_a_sheet_whose_other_page_never_came_is_taken_as_it_is(at_desk):
    page = at_desk.hand_in(at_desk.pages(0)[0])[0]
    assert page.tray is Tray.PARTNER
    deciding.do_without_rest(
        at_desk.session, at_desk.vault, page.id, staff_id=at_desk.clerk.staff_id, now=NOW
    )
    assert page.tray is Tray.ACCEPTED
    late = at_desk.hand_in(*at_desk.pages(0)[1:])
    assert {(one.tray, one.problem) for one in late} == {(Tray.CONFLICT, "late")}
    for one in late:
        deciding.settle_conflict(
            at_desk.session,
            at_desk.vault,
            one.id,
            reason="来得太晚",
            staff_id=at_desk.clerk.staff_id,
            now=NOW,
        )
    assert {one.tray for one in late} == {Tray.VOID}


def test_a_batch_closes_only_empty_and_opens_again_only_with_a_reason(at_desk):
    session, vault = at_desk.session, at_desk.vault
    pages = at_desk.hand_in(*at_desk.pages(0, doubtful=["overall"]))
    who = {"actor": at_desk.clerk, "now": NOW}
    with pytest.raises(PagesOpenError) as caught:
        batches.close_batch(session, vault, at_desk.batch.id, note="", **who)
    assert (caught.value.pages, caught.value.files) == (len(pages), 1)
    page = next(page for page in pages if page.tray is Tray.DOUBTFUL)
    decide(at_desk, page, {"overall": chosen("5")})
    batches.end_file(session, at_desk.file.id, problem="", now=NOW)
    with pytest.raises(NoReasonError):  # four sheets counted by hand, one found
        batches.close_batch(session, vault, at_desk.batch.id, note=" ", **who)
    batches.close_batch(session, vault, at_desk.batch.id, note="其余三份是空白", **who)
    assert at_desk.batch.state is BatchState.CLOSED
    with pytest.raises(BatchClosedError):
        decide(at_desk, page, {"overall": chosen("6")})
    with pytest.raises(BatchClosedError):
        desk.upload(session, at_desk.batch, at_desk.clerk)
    with pytest.raises(NoReasonError):
        batches.reopen_batch(session, vault, at_desk.batch.id, reason="", **who)
    batches.reopen_batch(session, vault, at_desk.batch.id, reason="又找到一份", **who)
    kinds = [one.kind.value for one in queries.list_batch_events(session, at_desk.batch.id)]
    assert kinds == ["closed", "reopened"]


def test_a_wrongly_read_sheet_is_decided_anew_once_its_answer_is_voided(at_desk):
    session, vault = at_desk.session, at_desk.vault
    pages = at_desk.hand_in(*at_desk.pages(0))
    page = next(
        one
        for one, form in zip(pages, desk.layout_for(session, at_desk.sheets[0]).pages, strict=True)
        if any(row.field == "overall" for row in form.rows)
    )
    anew = {"reason": "读错一行", "staff_id": at_desk.clerk.staff_id, "now": NOW}
    with pytest.raises(MovedError):
        deciding.decide_anew(session, vault, page.id, **anew)
    first = find_counted(session, at_desk.sheets[0].frame_member_id)
    void_response(session, vault, first, reason=VoidReason.TRIAL, note="读错", staff_id=1, now=NOW)
    deciding.decide_anew(session, vault, page.id, **anew)
    assert page.tray is Tray.DOUBTFUL
    decide(at_desk, page, {"overall": chosen("2")})
    stored = find_counted(session, at_desk.sheets[0].frame_member_id)
    assert stored.id != first.id
    assert decode(perception_instrument(), stored.vector).values["overall"] == 2


def test_second_keying_is_drawn_by_the_batch_blind_to_the_decider_and_compared_by_field(at_desk):
    session, vault = at_desk.session, at_desk.vault
    drawn = [number for number in range(20_000) if is_drawn(vault, at_desk.batch.id, number)]
    assert abs(len(drawn) - 20_000 / SAMPLE) < 3 * (20_000 * 0.1 * 0.9) ** 0.5
    pages = at_desk.hand_in(*at_desk.pages(0, doubtful=["overall"]))
    page = next(page for page in pages if page.tray is Tray.DOUBTFUL)
    decide(at_desk, page, {"overall": chosen("5")})
    sheet = at_desk.sheets[0]
    check = sampled.find_check(session, at_desk.clerk, sheet.id)
    if check is None:  # this sheet was not drawn by chance: draw it
        found = queries.find_scan_sheet(session, sheet.id)
        check = ScanCheck(
            sheet_id=sheet.id,
            frame_member_id=found.frame_member_id,
            campaign_id=found.campaign_id,
            community_id=found.community_id,
            drawn_at=NOW,
        )
        session.add(check)
        session.flush()
    marked = dict(desk.answers_of(desk.layout_for(session, sheet), 0))
    keyed = marked | {"overall": ("6",), "helped": ("staff",)}
    clerk, other = at_desk.clerk, desk.clerk_of(session)
    listed = [
        sampled.list_checks_for(session, who, at_desk.campaign.id, who.staff_id)
        for who in (clerk, other)
    ]
    assert [len(one) for one in listed] == [0, 1]
    with pytest.raises(OwnSheetError):
        checks.record_check(session, vault, sheet.id, keyed, staff_id=clerk.staff_id, now=NOW)
    checks.record_check(session, vault, sheet.id, keyed, staff_id=other.staff_id, now=NOW)
    sums = sampled.sum_checks(session, other, at_desk.campaign.id)
    rows = len(marked)
    assert (sums.clerk_wrong, sums.clerk_fields) == (1, 1)
    assert (sums.reader_wrong, sums.reader_fields) == (1, rows - 1)
    assert set(checks.open_differing(vault, check)) == {"overall", "helped"}


@pytest.mark.parametrize(("sheets", "drawn"), [(1, 1), (3, LEAST)])
def test_of_every_closed_batch_some_sheets_are_keyed_twice_and_a_second_end_draws_no_more(
    at_desk, monkeypatch, sheets, drawn
):
    monkeypatch.setattr(settling, "SAMPLE", 2**32)  # by its lot alone no sheet is drawn
    session, vault, who = at_desk.session, at_desk.vault, {"actor": at_desk.clerk, "now": NOW}
    for at in range(sheets):
        at_desk.hand_in(*at_desk.pages(at))
    batches.end_file(session, at_desk.file.id, problem="", now=NOW)
    for _twice in range(2):
        batches.close_batch(session, vault, at_desk.batch.id, note="其余空白", **who)
        batches.reopen_batch(session, vault, at_desk.batch.id, reason="再看", **who)
    assert sampled.sum_checks(session, at_desk.clerk, at_desk.campaign.id).drawn == drawn
