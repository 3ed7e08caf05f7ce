"""The one gate: what it takes, what it refuses, what it marks."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.surveys.instrument.answers import (
    MAX_TEXT,
    TRANSPORT_FIELDS,
    AnswersError,
    AnswerSet,
    Contact,
    check_answers,
    is_valid,
)
from app.surveys.instrument.flow import field_name, field_value, make_offer
from app.surveys.instrument.model import Instrument, ItemKind
from tests.unit.instrument.examples import published

V1 = published()
OFFER = make_offer(V1, block=0, areas_offered=3)  # service, greenery, parking
AREAS = [area.code for area in V1.areas]

Raw = dict[str, list[str]]


def least(**fields: list[str]) -> Raw:
    """The least valid answer: overall and six areas; more fields by keyword (__ for a dot)."""
    raw = {"overall": ["8"], **{f"area.{code}": ["4"] for code in AREAS[:6]}}
    return raw | {name.replace("__", "."): values for name, values in fields.items()}


def take(raw: Raw, *, form: str = "full", final: bool = True) -> AnswerSet:
    return check_answers(V1, raw, offer=OFFER, form=form, final=final)


def refused(raw: Raw, *, final: bool = True) -> list[tuple[str, str]]:
    with pytest.raises(AnswersError) as caught:
        take(raw, final=final)
    return [(problem.item, problem.code) for problem in caught.value.problems]


def test_points_ticks_choices_and_missing_answers_are_taken() -> None:
    answers = take(
        least(
            priority=["security", "fees"],
            tolerance__service__perceived=["na"],
            tolerance__service__adequate=["6"],
            recommend=["0"],
            renew=["unsure"],
            noticed=["not_noticed"],
            profile__who=["tenant"],
            experience=["car", "ebike"],
        )
    )
    assert answers.values["overall"] == 8
    assert answers.values["area.service"] == 4
    assert answers.values["priority.security"] == answers.values["priority.fees"] == 1
    assert "priority.cleaning" not in answers.values
    assert answers.values["recommend"] == 0
    assert answers.values["noticed"] == 3
    assert answers.values["profile.who"] == 3
    assert answers.values["experience.car"] == 1
    assert dict(answers.missing) == {"tolerance.service.perceived": "na", "renew": "unsure"}


def test_what_was_asked_is_remembered_also_where_it_was_left_blank() -> None:
    answers = take(least())
    assert "area.community_life" in answers.asked
    assert "attribute.service.polite" in answers.asked
    assert "attribute.cleaning.rubbish" not in answers.asked
    assert "comment.wish" not in answers.asked
    assert not answers.triggered
    assert not answers.extra


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"overall": ["11"]}, ("overall", "not_on_scale")),
        ({"overall": ["0"]}, ("overall", "not_on_scale")),
        ({"overall": ["8.0"]}, ("overall", "not_on_scale")),
        ({"overall": ["８"]}, ("overall", "not_on_scale")),
        ({"overall": ["na"]}, ("overall", "not_on_scale")),
        ({"overall": ["8", "9"]}, ("overall", "several_answers")),
        ({"area__fees": ["6"]}, ("area.fees", "not_on_scale")),
        ({"recommend": ["-1"]}, ("recommend", "not_on_scale")),
        ({"profile__who": ["4"]}, ("profile.who", "unknown_option")),
        ({"priority": ["moon"]}, ("priority", "unknown_option")),
        ({"priority": ["fees", "parking", "service", "repairs"]}, ("priority", "too_many")),
        ({"experience": ["none", "car"]}, ("experience", "exclusive")),
        ({"contact": ["everybody"]}, ("contact", "unknown_option")),
        ({"contact__number": ["1" * 101]}, ("contact.number", "too_long")),
        ({"comment__wish": ["好" * (MAX_TEXT + 1)]}, ("comment.wish", "too_long")),
        ({"area__moon": ["4"]}, ("area.moon", "unknown_item")),
        ({"priority__fees": ["1"]}, ("priority.fees", "unknown_item")),
        ({"tolerance": ["4"]}, ("tolerance", "unknown_item")),
        ({"": ["4"]}, ("", "unknown_item")),
    ],
)
def test_what_the_questionnaire_does_not_offer_is_refused(
    fields: Raw, problem: tuple[str, str]
) -> None:
    assert refused(least(**fields)) == [problem]


def test_all_problems_are_reported_together() -> None:
    raw = least(overall=["99"], priority=["moon"], area__fees=["x"])
    assert refused(raw) == [
        ("overall", "not_on_scale"),
        ("priority", "unknown_option"),
        ("area.fees", "not_on_scale"),
    ]


def test_transport_fields_carry_no_answer() -> None:
    assert take(least(**{name: ["x"] for name in TRANSPORT_FIELDS})) == take(least())


def test_no_field_of_the_questionnaire_has_the_name_of_a_transport_field() -> None:
    assert not {field_name(item) for item in V1.items} & TRANSPORT_FIELDS


def test_a_field_posted_twice_with_the_same_value_is_one_answer() -> None:
    assert take(least(overall=["8", "8"], priority=["fees", "fees"])) == take(
        least(priority=["fees"])
    )


def test_an_empty_field_is_a_blank_answer() -> None:
    answers = take(least(recommend=[""], comment__wish=["  "], contact=[]))
    assert "recommend" not in answers.values
    assert not answers.comments
    assert answers.contact is None


def test_the_overall_question_is_needed() -> None:
    raw = least()
    del raw["overall"]
    assert refused(raw) == [("overall", "missing_overall")]


def test_six_of_nine_areas_are_needed_and_no_experience_counts() -> None:
    raw = least()
    raw["area.service"] = ["na"]
    assert is_valid(V1, take(raw))
    del raw["area.service"]
    with pytest.raises(AnswersError) as caught:
        take(raw)
    (problem,) = caught.value.problems
    assert (problem.item, problem.code) == ("areas", "too_few_areas")
    assert problem.data == {
        "answered": 5,
        "needed": 6,
        "items": "area.service area.parking area.fees area.community_life",
    }


def test_a_draft_may_be_incomplete_but_not_wrong() -> None:
    draft = take({"overall": ["3"]}, final=False)
    assert not is_valid(V1, draft)
    assert refused({"overall": ["30"]}, final=False) == [("overall", "not_on_scale")]


def test_a_lowest_level_above_the_ideal_is_accepted_and_flagged() -> None:
    answers = take(
        least(
            tolerance__service__adequate=["9"],
            tolerance__service__desired=["5"],
            tolerance__parking__adequate=["5"],
            tolerance__parking__desired=["5"],
        )
    )
    assert answers.inverted == {"service"}
    assert answers.values["tolerance.service.adequate"] == 9


def test_attributes_a_low_rating_opened_are_triggered_not_planned() -> None:
    raw = least(area__cleaning=["2"], attribute__cleaning__rubbish=["1"])
    answers = take(raw)
    assert answers.triggered == {
        "attribute.cleaning.buildings",
        "attribute.cleaning.grounds",
        "attribute.cleaning.rubbish",
    }
    assert answers.triggered <= answers.asked
    assert not answers.extra


def test_answers_outside_the_planned_block_are_kept_as_extra() -> None:
    answers = take(
        least(
            attribute__cleaning__rubbish=["1"],
            tolerance__fees__desired=["9"],
            relationship__k09=["5"],
        )
    )
    assert answers.extra == {
        "attribute.cleaning.rubbish",
        "tolerance.fees.desired",
        "relationship.k09",
    }
    assert not answers.extra & answers.asked


def test_an_answer_whose_condition_does_not_hold_is_extra() -> None:
    field = {"attribute__parking__fairness": ["2"]}
    assert take(least(**field)).extra == {"attribute.parking.fairness"}
    assert not take(least(**field, experience=["car"])).extra


def test_changing_to_large_text_on_the_way_keeps_planned_answers_planned() -> None:
    raw = least(tolerance__service__desired=["9"], experience=["car"])
    answers = take(raw, form="elder")
    assert not answers.extra
    assert "tolerance.service.desired" in answers.asked
    assert "tolerance.service.adequate" not in answers.asked
    assert "experience.ebike" in answers.asked


def test_comments_are_stripped_and_otherwise_kept_as_written() -> None:
    text = "  电梯又停了，e\u0301 <b>\r\n第二行 👍  "
    answers = take(least(comment__wish=[text]))
    assert dict(answers.comments) == {"comment.wish": "电梯又停了，e\u0301 <b>\n第二行 👍"}


@pytest.mark.parametrize("name", ["comment.wish", "contact.number"])
@pytest.mark.parametrize("sign", ["\x00", chr(0xD800), chr(0xDFFF)])
def test_a_text_with_a_sign_that_cannot_be_stored_is_refused_with_the_reason(
    name: str, sign: str
) -> None:
    with pytest.raises(AnswersError) as refused:
        take(least(contact=["hq_only"]) | {name: [f"电梯{sign}又停了"]})
    assert [(one.item, one.code) for one in refused.value.problems] == [(name, "unreadable")]


def test_a_comment_of_the_greatest_length_is_taken() -> None:
    assert len(take(least(comment__wish=["好" * MAX_TEXT])).comments["comment.wish"]) == MAX_TEXT


def test_the_contact_wish_is_taken_with_its_details() -> None:
    raw = least(
        contact=["hq_only"],
        contact__way=["wechat"],
        contact__when=["evening"],
        contact__number=[" wx-123 "],
    )
    assert take(raw).contact == Contact("hq_only", "wechat", "evening", "wx-123")
    assert take(least(contact=["no_reply"])).contact == Contact("no_reply")


FIELDS = sorted({field_name(item) for item in V1.items})
NAMES = [*FIELDS, *sorted(TRANSPORT_FIELDS), "moon", "", "area."]
VALUES = [str(n) for n in range(-1, 12)] + ["na", "unsure", "owner", "car", "none", "fees", "", " "]


def any_raw() -> st.SearchStrategy[Raw]:
    value = st.sampled_from(VALUES) | st.text(max_size=20)
    name = st.sampled_from(NAMES) | st.text(max_size=10)
    return st.dictionaries(name, st.lists(value, max_size=4), max_size=30)


@settings(max_examples=150, deadline=None)
@given(any_raw(), st.integers(0, 11), st.sampled_from([3, 6, 9]), st.booleans(), st.booleans())
def test_the_gate_answers_or_refuses_and_nothing_else(
    raw: Raw, block: int, areas: int, is_final: bool, is_elder: bool
) -> None:
    offer = make_offer(V1, block=block, areas_offered=areas)
    form = "elder" if is_elder else "full"
    try:
        answers = check_answers(V1, raw, offer=offer, form=form, final=is_final)
    except AnswersError as error:
        known = {problem.code for problem in error.problems}
    else:
        known = set()
        assert is_valid(V1, answers) or not is_final
        answered = answers.values.keys() | answers.missing.keys()
        assert answers.extra == answered - answers.asked
        assert not answers.values.keys() & answers.missing.keys()
    assert known <= {
        "unknown_item",
        "unknown_option",
        "not_on_scale",
        "several_answers",
        "exclusive",
        "too_many",
        "too_long",
        "unreadable",
        "missing_overall",
        "too_few_areas",
    }


def posted(instrument: Instrument, answers: AnswerSet) -> Raw:
    """Write checked answers back as a form would post them."""
    raw: Raw = {code: [text] for code, text in answers.comments.items()}
    for item in instrument.items:
        if item.code in answers.missing:
            raw[item.code] = [answers.missing[item.code]]
        elif item.code in answers.values and item.kind is ItemKind.TICK:
            raw.setdefault(field_name(item), []).append(field_value(item))
        elif item.code in answers.values:
            value = answers.values[item.code]
            is_choice = item.kind is ItemKind.CHOICE
            raw[item.code] = [item.options[value - 1].code if is_choice else str(value)]
    return raw


@settings(max_examples=100, deadline=None)
@given(any_raw(), st.integers(0, 11))
def test_what_the_gate_took_it_takes_again_unchanged(raw: Raw, block: int) -> None:
    offer = make_offer(V1, block=block, areas_offered=3)
    try:
        answers = check_answers(V1, raw, offer=offer, final=False)
    except AnswersError:
        return
    again = check_answers(V1, posted(V1, answers), offer=offer, final=False)
    assert again == replace(answers, contact=None)
