"""Answers to bytes and back."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.surveys.instrument.answers import AnswerSet, check_answers
from app.surveys.instrument.flow import field_name, field_value, make_offer, offered_items
from app.surveys.instrument.model import ItemKind
from app.surveys.response.vector import VectorError, decode, encode, layout
from tests.unit.instrument.examples import published

V1 = published()
LAYOUT = layout(V1)
OFFER = make_offer(V1, block=0, areas_offered=3)  # service, greenery, parking


def vector_of(raw: dict[str, list[str]], form: str = "full") -> bytes:
    answers = check_answers(V1, raw, offer=OFFER, form=form, final=False)
    return encode(V1, answers, OFFER)


def byte(vector: bytes, code: str) -> int:
    return vector[LAYOUT.position(code)]


def test_one_byte_for_everything_but_comments_and_contact() -> None:
    # 1 overall + 9 picks + 9 x 4 tolerance + 9 areas + 7 experience + 28 attributes + 3 handling
    # + 15 statements + 1 noticed + 2 loyalty + 3 profile
    assert LAYOUT.width == 1 + 9 + 36 + 9 + 7 + 28 + 3 + 15 + 1 + 2 + 3
    assert LAYOUT.columns[0] == "overall"
    assert not [code for code in LAYOUT.columns if code.startswith(("comment", "contact"))]


@pytest.mark.parametrize(
    ("raw", "code", "expected"),
    [
        ({"overall": ["10"]}, "overall", 10),
        ({"recommend": ["0"]}, "recommend", 1),
        ({"recommend": ["10"]}, "recommend", 11),
        ({"area.fees": ["1"]}, "area.fees", 1),
        ({"area.fees": ["na"]}, "area.fees", 51),
        ({"renew": ["unsure"]}, "renew", 51),
        ({}, "area.fees", 50),
        ({}, "attribute.cleaning.rubbish", 0),
        ({}, "attribute.service.polite", 50),
        ({"profile.age": ["not_said"]}, "profile.age", 6),
        ({"priority": ["fees"]}, "priority.fees", 1),
        ({"priority": ["fees"]}, "priority.service", 2),
        ({}, "priority.fees", 50),
        ({"attribute.cleaning.rubbish": ["4"]}, "attribute.cleaning.rubbish", 128 + 4),
        ({"attribute.cleaning.rubbish": ["na"]}, "attribute.cleaning.rubbish", 128 + 51),
        (
            {"area.cleaning": ["1"], "attribute.cleaning.rubbish": ["4"]},
            "attribute.cleaning.rubbish",
            64 + 4,
        ),
        ({"area.cleaning": ["2"]}, "attribute.cleaning.rubbish", 64 + 50),
        ({"relationship.k01": ["5"]}, "relationship.k01", 5),
        ({"relationship.k09": ["5"]}, "relationship.k09", 128 + 5),
    ],
)
def test_each_kind_of_answer_has_its_byte(
    raw: dict[str, list[str]], code: str, expected: int
) -> None:
    assert byte(vector_of(raw), code) == expected


def test_the_large_text_form_leaves_what_it_does_not_ask_at_zero() -> None:
    vector = vector_of({"overall": ["5"]}, form="elder")
    assert byte(vector, "tolerance.service.desired") == 0
    assert byte(vector, "recommend") == 0
    assert byte(vector, "renew") == 50


@st.composite
def answer_sets(draw: st.DrawFn) -> tuple[AnswerSet, int, int]:
    block, areas = draw(st.integers(0, 11)), draw(st.sampled_from([3, 6, 9]))
    offer = make_offer(V1, block=block, areas_offered=areas)
    raw: dict[str, list[str]] = {}
    for item in V1.items:
        if not item.in_vector or not draw(st.booleans()):
            continue
        if item.kind is ItemKind.TICK:
            ticked = raw.setdefault(field_name(item), [])
            if len(ticked) < 3 and not item.exclusive:
                ticked.append(field_value(item))
        elif item.kind is ItemKind.RATE:
            scale = V1.scales[item.scale or ""]
            choices = [str(point) for point in scale.points] + list(scale.missing)
            raw[item.code] = [draw(st.sampled_from(choices))]
        else:
            raw[item.code] = [draw(st.sampled_from([option.code for option in item.options]))]
    form = draw(st.sampled_from(["full", "elder"]))
    return check_answers(V1, raw, offer=offer, form=form, final=False), block, areas


@settings(max_examples=60, deadline=None)
@given(answer_sets())
def test_decoding_gives_back_everything_that_was_encoded(
    given_answers: tuple[AnswerSet, int, int],
) -> None:
    answers, block, areas = given_answers
    offer = make_offer(V1, block=block, areas_offered=areas)
    vector = encode(V1, answers, offer)
    assert len(vector) == LAYOUT.width
    assert decode(V1, vector) == answers
    planned = {item.code for item in offered_items(V1, offer, answers.values)}
    for code, one in zip(LAYOUT.columns, vector, strict=True):
        assert one < 192
        assert (1 <= one <= 63) == (code in answers.asked and code not in answers.triggered)
        assert (one >= 128) <= (code not in planned)


def test_comments_and_contact_are_not_in_the_vector() -> None:
    raw = {"overall": ["5"], "comment.wish": ["电梯"], "contact": ["hq_only"]}
    answers = check_answers(V1, raw, offer=OFFER, final=False)
    assert decode(V1, encode(V1, answers, OFFER)) == replace(answers, comments={}, contact=None)


def test_answers_checked_against_another_offer_are_refused() -> None:
    answers = check_answers(V1, {"overall": ["5"]}, offer=OFFER, final=False)
    with pytest.raises(VectorError):
        encode(V1, answers, make_offer(V1, block=1, areas_offered=3))


@pytest.mark.parametrize("wrong", [11, 41, 49, 52, 63])
def test_a_byte_that_means_nothing_is_refused(wrong: int) -> None:
    vector = bytearray(LAYOUT.width)
    vector[LAYOUT.position("overall")] = wrong
    with pytest.raises(VectorError):
        decode(V1, bytes(vector))


@pytest.mark.parametrize("change", [-1, 1])
def test_a_vector_of_another_width_is_refused(change: int) -> None:
    with pytest.raises(VectorError):
        decode(V1, bytes(LAYOUT.width + change))
