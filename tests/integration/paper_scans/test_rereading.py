"""A page whose code a clerk keyed is read again; a quicker person, and any doubt, come first."""

from dataclasses import replace

import pytest

from app.surveys.integrity.collected.queries import list_hands
from app.surveys.integrity.hands import Hand
from app.surveys.paper.reading.result import Problem
from app.surveys.paper.scans import deciding, rereading
from app.surveys.paper.scans.deciding import Decision
from app.surveys.paper.scans.readings import open_image
from app.surveys.paper.scans.reviewing import view_page
from app.surveys.paper.scans.trays import Tray, Verdict
from app.surveys.response.queries import find_counted
from tests.factories import NOW
from tests.integration.paper_scans import desk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def name_lost(at_desk, at=0, page_of_sheet=1, *, problem=Problem.NO_CODE):
    """Take in a sheet whose first page lost its codes, and key the code beneath."""
    rest = [one for one in at_desk.pages(at) if one.page != page_of_sheet]
    lost = at_desk.hand_in(*rest, desk.lost_page(1, problem))[-1]
    return deciding.name_page(
        at_desk.session,
        at_desk.vault,
        lost.id,
        number=at_desk.sheets[at].number,
        page_of_sheet=page_of_sheet,
        staff_id=at_desk.clerk.staff_id,
        now=NOW,
    )


def take_again(at_desk, page, scanned):
    return rereading.take_again(at_desk.session, at_desk.vault, page.id, scanned, now=NOW)


def test_a_sure_second_reading_makes_the_answer_without_a_person(at_desk):
    page = name_lost(at_desk)
    assert (page.tray, page.problem) == (Tray.DOUBTFUL, rereading.BEING_READ)
    again = rereading.find_again(at_desk.session, at_desk.vault, page.id)
    assert (again.image, again.layout) == (b"\xff\xd8 picture", at_desk.sheets[0].layout_key)
    read = replace(at_desk.pages(0)[0], image=b"\xff\xd8 flat")
    assert take_again(at_desk, page, read)
    assert (page.tray, page.problem) == (Tray.ACCEPTED, "")
    assert find_counted(at_desk.session, at_desk.sheets[0].frame_member_id) is not None
    image = deciding.queries.find_image(at_desk.session, page.id)
    assert open_image(at_desk.vault, image.content_sealed) == b"\xff\xd8 flat"
    assert rereading.find_again(at_desk.session, at_desk.vault, page.id) is None
    assert not take_again(at_desk, page, read)  # at least once is once


def test_only_what_is_doubtful_then_waits_for_a_person(at_desk):
    page = name_lost(at_desk)
    assert take_again(at_desk, page, at_desk.pages(0, doubtful=["overall"])[0])
    fields = view_page(at_desk.session, at_desk.vault, page).fields
    assert [(one.name, one.crop is not None) for one in fields] == [("overall", True)]


@pytest.mark.parametrize("of_page", [None, 1, 2])
def test_a_page_that_cannot_be_read_or_is_another_one_is_keyed_whole(at_desk, of_page):
    page = name_lost(at_desk)
    scanned = None if of_page is None else replace(at_desk.pages(0)[0], page=of_page)
    if of_page == 1:
        scanned = replace(scanned, problem=Problem.WEAK_PRINT)
    assert not take_again(at_desk, page, scanned)
    assert page.problem == (Problem.WRONG_SIDE if of_page == 2 else "")
    form = desk.layout_for(at_desk.session, at_desk.sheets[0]).pages[0]
    asked = view_page(at_desk.session, at_desk.vault, page).fields
    assert {row.field for row in form.rows} <= {one.name for one in asked}


def test_what_a_person_has_begun_to_key_is_left_to_the_person(at_desk):
    page = name_lost(at_desk)
    deciding.decide(
        at_desk.session,
        at_desk.vault,
        page.id,
        {"overall": Decision(Verdict.CHOSEN, ("3",))},
        staff_id=at_desk.clerk.staff_id,
        now=NOW,
    )
    assert not take_again(at_desk, page, at_desk.pages(0)[0])
    assert page.tray is Tray.DOUBTFUL


def test_a_page_of_which_more_than_the_code_is_lost_is_not_read_again(at_desk):
    page = name_lost(at_desk, problem=Problem.CODES_DIFFER)
    assert (page.tray, page.problem) == (Tray.DOUBTFUL, "")


def test_the_checks_of_answers_get_the_hand_of_counted_sheets_and_no_answer(at_desk):
    at_desk.hand_in(*at_desk.pages(0), *at_desk.pages(1, doubtful=["overall"]))
    place = at_desk.campaign.id, at_desk.community.id
    home = at_desk.sheets[0].frame_member_id
    pages = len(desk.layout_for(at_desk.session, at_desk.sheets[0]).pages)
    expected = [Hand(at_desk.batch.id, home, 0.8, 0.5, 40.0)] * pages
    assert list_hands(at_desk.session, *place) == expected
