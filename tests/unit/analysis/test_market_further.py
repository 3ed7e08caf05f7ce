"""Answers of a market survey that are no ratings, against counts by hand."""

import numpy as np
import pytest

from app.analysis.competitors.further import answer_shares, named_shares
from app.analysis.competitors.survey import MarketSurvey, Measure, Place

# Two companies of two communities each; 20 people in every community, 80 in all.
PLACES = tuple(Place(f"P{at}", "own" if at < 2 else "rival") for at in range(4))
SURVEY = MarketSurvey(
    own="own",
    providers=("own", "rival"),
    places=PLACES,
    place=np.repeat(np.arange(4), 20),
    overall=Measure("overall", np.full(80, 7.0)),
)


def test_shares_of_those_named_are_of_everybody_or_of_those_who_know_them():
    named = [frozenset({"rival"}) if at % 4 == 0 else frozenset() for at in range(80)]
    own, rival = named_shares(SURVEY, "never", named)
    assert (own.share.value, rival.share.value, rival.share.n) == (0.0, 0.25, 80)
    assert rival.share.low < 0.25 < rival.share.high
    known = [frozenset({"rival"}) if at % 2 == 0 else frozenset() for at in range(80)]
    own, rival = named_shares(SURVEY, "never", named, among=known)
    assert (rival.share.value, rival.share.n) == (0.5, 40)
    assert (own.share.value, own.share.n) == (None, 0)
    assert named_shares(SURVEY, "never", [frozenset()] * 80) == ()


def test_answers_are_shares_of_the_residents_who_answered_and_few_say_nothing():
    # Own company: 10 of 40 "high", 30 "right". Rival: 29 answers, one too few.
    said = ["high", "right", "right", "right"] * 10 + ["low"] * 29 + ["", "unsure"] + [""] * 9
    found = {
        (one.company, one.answer): one.share
        for one in answer_shares(SURVEY, "fee_view", said, ("low", "right", "high"))
    }
    assert found["own", "high"].value == pytest.approx(0.25)
    assert found["own", "right"].value == pytest.approx(0.75)
    assert found["own", "low"].n == 40
    assert (found["rival", "low"].value, found["rival", "low"].n) == (None, 29)
