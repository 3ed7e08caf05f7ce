"""Forms built from an instrument: the same fields the gate of all channels expects."""

from datetime import date

import pytest

from app.i18n import set_language
from app.surveys.instrument.answers import AnswerProblem, check_answers
from app.surveys.instrument.flow import field_name, make_offer
from app.surveys.register.masking import masked_home
from app.web.instrument_forms import Look, make_form_class
from app.web.owner import pages
from tests.factories import perception_instrument

INSTRUMENT = perception_instrument()
ALL = tuple(INSTRUMENT.items)


def test_every_item_has_a_field_whose_name_the_gate_knows() -> None:
    form_class = make_form_class(INSTRUMENT, ALL, "zh-Hans")
    assert set(form_class.asked) == {field_name(item) for item in ALL}
    raw = {
        name: [asked.choices[0].value] if asked.choices else ["x"]
        for name, asked in form_class.asked.items()
    }
    offer = make_offer(INSTRUMENT, block=0, areas_offered=9)
    answers = check_answers(INSTRUMENT, raw, offer=offer, final=False)
    assert answers.values["overall"] == 1  # numbers stand lowest first
    assert answers.values["area.cleaning"] == 5  # words stand best first


def test_worded_scales_are_words_and_long_ones_are_a_pad_of_numbers() -> None:
    asked = make_form_class(INSTRUMENT, ALL, "en").asked
    assert asked["area.cleaning"].look is Look.WORDS
    assert asked["overall"].look is Look.PAD
    assert asked["priority"].look is Look.TICKS
    assert asked["profile.who"].look is Look.LIST
    assert asked["comment.wish"].look is Look.LINES
    assert asked["contact.number"].look is Look.LINE
    assert [one.value for one in asked["area.cleaning"].missing] == ["na"]
    assert len(asked["recommend"].points) == 11


def test_what_was_chosen_reads_in_words() -> None:
    asked = make_form_class(INSTRUMENT, ALL, "en").asked
    assert asked["area.cleaning"].words_of("5") == "very satisfied"
    assert asked["overall"].words_of("10") == "10"
    assert asked["overall"].words_of("nonsense") == "nonsense"


def test_a_problem_of_no_field_is_handed_back(app) -> None:
    with app.test_request_context():
        form = make_form_class(INSTRUMENT, ALL[:1], "en")()
        form.validate()
        elsewhere = form.refuse([AnswerProblem("overall", "blank"), AnswerProblem("x", "blank")])
    assert [problem.item for problem in elsewhere] == ["x"]
    assert len(form["overall"].errors) == 1


@pytest.mark.parametrize(
    ("room", "masked"),
    [
        ("1-1101", "1-1**1"),
        ("1-101", "1-1*1"),
        ("12", "1*"),
        ("7", "*"),
        ("A座2203室", "A座2**3室"),
        ("商铺", "商铺"),
    ],
)
def test_a_home_is_named_so_that_only_its_people_know_it(room: str, masked: str) -> None:
    assert masked_home("3栋", room) == f"3栋 {masked}"


@pytest.mark.parametrize("building", ["3栋", "3幢", "3号楼", "3"])
def test_an_english_reader_finds_a_numbered_building_in_english(building: str) -> None:
    set_language("en")
    assert masked_home(building, "1-101") == "Building 3, 1-1*1"
    assert masked_home("东区3栋", "1-101") == "东区3栋 1-1*1"


def test_dates_read_as_people_say_them() -> None:
    assert pages.day_words(date(2026, 11, 30)) == "11月30日（周一）"
    set_language("en")
    try:
        assert pages.day_words(date(2026, 11, 30)) == "Monday 30 November"
    finally:
        set_language("zh-Hans")
