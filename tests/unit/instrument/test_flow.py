"""What a household is offered, and in which order."""

from collections import Counter
from itertools import combinations

import pytest

from app.surveys.instrument.flow import (
    Offer,
    OfferError,
    field_name,
    field_value,
    make_offer,
    offered_items,
    promised_minutes,
    sections_for,
    triggered_areas,
)
from app.surveys.instrument.load import load_instrument
from app.surveys.instrument.timing import form_seconds, longest_seconds
from tests.unit.instrument.examples import EXTERNAL, published, small

V1 = published()


def codes(offer: Offer, answers: dict[str, int] | None = None, form: str = "full") -> list[str]:
    return [item.code for item in offered_items(V1, offer, answers or {}, form=form)]


def test_three_areas_in_depth_are_the_block() -> None:
    offer = make_offer(V1, block=0, areas_offered=3)
    assert offer.attributes == offer.tolerance == ("service", "greenery", "parking")


def test_six_areas_in_depth_are_all_but_the_block() -> None:
    offer = make_offer(V1, block=0, areas_offered=6)
    assert offer.tolerance == ("service", "greenery", "parking")
    assert offer.attributes == (
        "security",
        "cleaning",
        "facilities",
        "repairs",
        "fees",
        "community_life",
    )


def test_nine_areas_in_depth_are_all_while_tolerance_stays_with_the_block() -> None:
    offer = make_offer(V1, block=11, areas_offered=9)
    assert offer.tolerance == ("parking", "fees", "community_life")
    assert offer.attributes == tuple(area.code for area in V1.areas)


@pytest.mark.parametrize(("block", "areas"), [(12, 3), (-1, 3), (0, 4), (0, 0)])
def test_an_offer_the_blocks_cannot_make_is_refused(block: int, areas: int) -> None:
    with pytest.raises(OfferError):
        make_offer(V1, block=block, areas_offered=areas)


def test_each_area_stands_in_four_blocks_and_each_pair_in_exactly_one() -> None:
    # instruments.md C0: a balanced incomplete block design, 9 areas in 12 blocks of 3.
    assert V1.blocks is not None
    blocks = V1.blocks.blocks
    assert len(blocks) == 12
    assert set(Counter(code for block in blocks for code in block).values()) == {4}
    pairs = Counter(frozenset(pair) for block in blocks for pair in combinations(block, 2))
    assert len(pairs) == 36
    assert set(pairs.values()) == {1}


@pytest.mark.parametrize(("households", "areas"), [(249, 9), (250, 6), (499, 6), (500, 3)])
def test_small_communities_are_asked_more_in_depth(households: int, areas: int) -> None:
    assert V1.blocks is not None
    assert V1.blocks.areas_offered(households) == areas


def test_two_consecutive_statements_are_offered_and_the_turn_goes_round() -> None:
    assert make_offer(V1, block=0, areas_offered=3).relationship == (
        "relationship.k01",
        "relationship.k02",
    )
    offer = make_offer(V1, block=0, areas_offered=3, rotation=14)
    assert offer.relationship == ("relationship.k15", "relationship.k01")


def test_all_statements_are_offered_over_the_blocks() -> None:
    offered = {
        code
        for block in range(12)
        for code in make_offer(V1, block=block, areas_offered=3).relationship
    }
    assert len(offered) == 15


def test_tolerance_asks_four_levels_of_each_area_of_the_block() -> None:
    asked = [
        code for code in codes(make_offer(V1, block=0, areas_offered=9)) if "tolerance" in code
    ]
    assert asked == [
        f"tolerance.{area}.{role}"
        for area in ("service", "greenery", "parking")
        for role in ("importance", "adequate", "desired", "perceived")
    ]


def test_repair_attributes_are_asked_only_of_homes_that_asked_for_a_repair() -> None:
    offer = make_offer(V1, block=5, areas_offered=9)
    assert "attribute.repairs.on_time" not in codes(offer)
    assert "attribute.repairs.on_time" in codes(offer, {"experience.repair": 1})


def test_complaint_handling_is_asked_only_of_homes_that_complained() -> None:
    offer = make_offer(V1, block=5, areas_offered=3)
    assert not [code for code in codes(offer) if code.startswith("handling")]
    asked = codes(offer, {"experience.complaint": 1})
    assert [code for code in asked if code.startswith("handling")] == [
        "handling.attitude",
        "handling.speed",
        "handling.result",
    ]


@pytest.mark.parametrize(("rating", "is_opened"), [(1, True), (2, True), (3, False), (5, False)])
def test_a_low_rating_opens_the_attributes_of_its_area(rating: int, is_opened: bool) -> None:
    offer = make_offer(V1, block=0, areas_offered=3)  # cleaning is not offered
    answers = {"area.cleaning": rating}
    assert ("attribute.cleaning.rubbish" in codes(offer, answers)) is is_opened
    assert triggered_areas(V1, offer, answers) == ({"cleaning"} if is_opened else set())


def test_a_low_rating_of_an_offered_area_opens_nothing_new() -> None:
    offer = make_offer(V1, block=0, areas_offered=3)
    assert triggered_areas(V1, offer, {"area.service": 1}) == frozenset()


def test_overall_comes_first_and_importance_before_performance() -> None:
    asked = codes(make_offer(V1, block=0, areas_offered=9))
    assert asked[0] == "overall"
    roles = [code.split(".", maxsplit=1)[0] for code in asked]
    assert list(dict.fromkeys(roles))[:6] == [
        "overall",
        "priority",
        "tolerance",
        "area",
        "experience",
        "attribute",
    ]


def test_the_large_text_form_asks_little() -> None:
    # instruments.md C1.11: G1, I1, S1-S9, Y2, O1, F1, D1.
    asked = codes(make_offer(V1, block=0, areas_offered=3), form="elder")
    assert asked == [
        "overall",
        *(f"priority.{area.code}" for area in V1.areas),
        *(f"area.{area.code}" for area in V1.areas),
        "renew",
        "profile.who",
        "comment.wish",
        "contact",
        "contact.way",
        "contact.when",
        "contact.number",
    ]


def test_pages_hold_only_what_is_asked_and_empty_pages_are_left_out() -> None:
    offer = make_offer(V1, block=0, areas_offered=3)
    pages = {page.id: page.items for page in sections_for(V1, offer, "full", {})}
    assert "handling" not in pages
    assert len(pages["tolerance"]) == 12
    assert len(pages["relationship"]) == 2
    planned = {page.id: page.items for page in sections_for(V1, offer)}
    assert len(planned["handling"]) == 3


def test_ticks_share_the_field_of_their_question() -> None:
    item = V1.item("priority.community_life")
    assert (field_name(item), field_value(item)) == ("priority", "community_life")
    item = V1.item("tolerance.fees.desired")
    assert (field_name(item), field_value(item)) == ("tolerance.fees.desired", "")


def test_an_instrument_without_blocks_asks_everything() -> None:
    from_outside = load_instrument(EXTERNAL, "outside.yaml").instrument
    offer = make_offer(from_outside, block=7, areas_offered=2)
    assert offer.attributes == offer.tolerance == ("police", "parks")


def test_minutes_are_promised_by_depth_and_form() -> None:
    assert [promised_minutes(V1, areas_offered=k) for k in (3, 6, 9, 5)] == [6, 7, 7, None]
    assert promised_minutes(V1, areas_offered=9, form="elder") == 4


def test_the_time_model_adds_reading_and_answering() -> None:
    # By hand, small instrument, block 0, large text (3.5 characters/s, 1.6 s an answer + a page):
    # overall 9 characters (总的来说您满意吗？), 1 answer; priorities 哪些最要紧？ 6, names 6,
    # 2 answers; areas 您满意吗？ 5, names read before, 3 answers; about 请介绍一下 5 + 您是 2 +
    # 业主 租户 4, 1 answer; comment 请写在这里 5 + 最希望先办好什么？ 9 + 谁来联系您？ 6 + 都可以 3
    # + 只要总部 4 + 不用回复 4 + 电话 2, 1 answer, one text of 20 s.
    offer = make_offer(small(), block=0, areas_offered=2)
    characters = 9 + (6 + 6) + 5 + (5 + 2 + 4) + (5 + 9 + 6 + 3 + 4 + 4 + 2)
    taps = (1 + 2 + 3 + 1 + 1) + 5
    assert form_seconds(small(), offer, "elder") == pytest.approx(
        characters / 3.5 + taps * 1.6 + 20
    )


def test_every_promise_of_the_published_questionnaire_is_kept_by_the_model() -> None:
    for areas, minutes in V1.minutes.items():
        assert longest_seconds(V1, areas_offered=areas) <= minutes * 60
