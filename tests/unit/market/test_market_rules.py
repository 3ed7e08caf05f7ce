"""The questionnaire's files, the order of cards, and signs in interviews."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from app.surveys.instrument.check import check_instrument
from app.surveys.instrument.load import load_instrument
from app.surveys.market.cards import (
    CardsError,
    canonical_cards,
    cards_from_canonical,
    load_cards,
)
from app.surveys.market.models import MarketPlace
from app.surveys.market.quality import count_signs
from app.surveys.market.questionnaire import FOLDER
from app.surveys.market.rotation import turned
from tests.factories import perception_instrument
from tests.unit.market.world import QUESTIONNAIRE

CARDS = (FOLDER / "cards-v1.yaml").read_text("utf-8")


def test_the_questionnaire_has_no_errors_and_the_areas_of_the_owners_survey():
    loaded = load_instrument((FOLDER / "v1.yaml").read_text("utf-8"), "v1.yaml")
    assert [one for one in check_instrument(loaded) if one.level == "error"] == []
    names = [(one.code, one.name.plain("zh-Hans")) for one in loaded.instrument.areas]
    owners = perception_instrument()
    assert names == [(one.code, one.name.plain("zh-Hans")) for one in owners.areas]


def test_cards_come_back_from_their_canonical_text():
    text = canonical_cards(QUESTIONNAIRE.cards)
    assert canonical_cards(cards_from_canonical(text)) == text


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("code: quick,", "code: good_staff,", "lists.image"),
        ("limits: 3 ", "limits: 30 ", "limits"),
        ("  phone: {", "  fax: {", "questions.fax.[key]"),
    ],
)
def test_wrong_cards_are_refused_with_their_place(old, new, place):
    with pytest.raises(CardsError) as caught:
        load_cards(CARDS.replace(old, new, 1))
    assert caught.value.place == place


def test_cards_stand_in_another_order_in_every_interview_and_the_same_in_one():
    things = list("abcdef")
    orders = {tuple(turned(things, 7, f"F{n}", "known")) for n in range(60)}
    assert all(sorted(order) == things for order in orders)
    assert len(orders) > 40
    assert turned(things, 7, "F1", "known") == turned(things, 7, "F1", "known")
    first = [turned(things, 7, f"F{n}", "known")[0] for n in range(600)]
    # Each stands first in a sixth of them: 100 expected, standard deviation 9.1, five of these.
    assert all(abs(first.count(one) - 100) < 46 for one in things)


@dataclass
class Row:
    interviewer: str
    started_at: datetime
    ended_at: datetime
    place_id: int
    answers: str


def test_signs_are_counted_by_interviewer():
    begun = datetime(2026, 11, 2, 6, tzinfo=UTC)
    alike = "{" + ",".join(f'"performance.a{k}":"8"' for k in range(6)) + "}"
    rows = [
        Row("07", begun, begun + timedelta(minutes=4), 1, "{}"),
        Row("07", begun + timedelta(minutes=3), begun + timedelta(minutes=15), 1, alike),
        Row("07", begun + timedelta(minutes=20), begun + timedelta(minutes=30), 1,
            '{"provider":"other"}'),
        Row("08", begun, begun + timedelta(minutes=11), 1, '{"provider":"own"}'),
    ]  # fmt: skip
    first, second = count_signs(rows, {1: "own"})
    assert first.interviewer == "07"
    assert (first.short, first.overlapping, first.straight) == (1, 1, 1)
    assert (first.other_company, first.most_a_day, first.median_minutes) == (1, 3, 10.0)
    assert second.signs == 0
    assert second.other_company == 0


def test_no_community_of_the_market_is_one_of_the_register():
    keys = {key.column.table.name for key in MarketPlace.__table__.foreign_keys}
    assert keys == {"market_survey", "market_provider"}
