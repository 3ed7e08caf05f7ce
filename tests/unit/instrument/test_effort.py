"""What a form costs: counted by hand on the published survey, block by block."""

import pytest

from app.surveys.instrument.effort import Effort, effort_lines, form_effort, least_and_most
from app.surveys.instrument.flow import ELDER, make_offer
from tests.factories import perception_instrument

V1 = perception_instrument()
TARGETS = {3: 42, 6: 52, 9: 61}  # answers; the middle block for 3 and 6, the whole for 9


def test_large_text_takes_fifteen_answers() -> None:
    offer = make_offer(V1, block=0, areas_offered=3)
    # overall 1, priorities 3, areas 9, recommending 1, who answers 1; start, Next after the
    # comment (the other five pages open the next one), send;
    # a card for each of these questions, one for the priorities and one for the comment.
    assert form_effort(V1, offer, ELDER) == Effort(answers=15, turns=3, cards=14)


def test_the_usual_form_is_counted_page_by_page() -> None:
    offer = make_offer(V1, block=0, areas_offered=3)
    # overall 1, priorities 3, three areas in depth 12, areas 9, experience 1 ("none of these"),
    # details 7, statements 2, noticed 1, loyalty 2, about 3
    answers = 1 + 3 + 12 + 9 + 1 + 7 + 2 + 1 + 2 + 3
    cards = 1 + 1 + 12 + 9 + 1 + 7 + 2 + 1 + 2 + 3 + 1
    # start, Next after the comment, send; all other pages open the next one by themselves
    assert form_effort(V1, offer) == Effort(answers, 3, cards)


def test_every_condition_met_adds_its_ticks_and_questions() -> None:
    offer = make_offer(V1, block=0, areas_offered=3)
    none, all_met = form_effort(V1, offer), form_effort(V1, offer, meets_all=True)
    # six ticks instead of one, nine details instead of seven, three about the complaint
    assert all_met.answers == none.answers + 5 + 2 + 3
    # Next after the six ticks; the page about the complaint opens the next one
    assert all_met.turns == none.turns + 1


@pytest.mark.parametrize("areas", TARGETS)
def test_the_middle_of_the_blocks_stays_within_the_target(areas: int) -> None:
    least, most = least_and_most(V1, areas_offered=areas)
    assert (least.answers + most.answers) / 2 <= TARGETS[areas]
    assert most.taps - most.answers == 3


def test_the_linter_says_it_in_both_languages() -> None:
    chinese, english = (list(effort_lines(V1, one)) for one in ("zh-Hans", "en"))
    assert chinese[3] == "工作量，大字版：选择 15 次，翻页 3 次，14 屏，一共点 18 次（目标 15）"
    assert english[0].startswith("Effort, 3 areas in depth: 39–45 answers, 3 turns, ")
    assert len(chinese) == len(english) == 4
