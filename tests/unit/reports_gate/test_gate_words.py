"""What is printed about a changed rate and a corrected result."""

from datetime import date, datetime

import pytest

from app.clock import BEIJING
from app.i18n import set_language
from app.reports.gate_words import rate_text, required_words, revision_words, void_name
from app.surveys.campaign.gates.models import RequiredChange
from app.surveys.response.voids.models import VoidReason


@pytest.fixture(autouse=True)
def in_english():
    set_language("en")


def change(before, after, day):
    at = datetime(2026, 11, day, 0, 30, tzinfo=BEIJING)  # still the day before in UTC
    return RequiredChange(before_permille=before, after_permille=after, changed_at=at)


@pytest.mark.parametrize(("permille", "text"), [(600, "60%"), (655, "65.5%"), (1000, "100%")])
def test_a_rate_shows_a_decimal_only_where_there_is_one(permille, text):
    assert rate_text(permille) == text


def test_a_rate_is_printed_with_everything_it_was_before():
    assert required_words(600, []) == "required rate 60%"
    changes = [change(600, 650, 3), change(650, 505, 9)]
    assert required_words(505, changes) == (
        "required rate 50.5%; changed: 60% until 2026-11-03; 65% until 2026-11-09"
    )


def test_two_changes_of_one_day_are_told_apart_by_the_hour():
    changes = [change(600, 650, 3), change(650, 700, 3)]
    assert required_words(700, changes) == (
        "required rate 70%; changed: 60% until 2026-11-03 00:30; 65% until 2026-11-03 00:30"
    )


def test_a_correction_says_since_when_and_which_answers_left():
    since = date(2026, 11, 25)
    assert revision_words(1, since=since, voids={}) == ""
    assert revision_words(2, since=since, voids={}) == "Revision 2, since 2026-11-25."
    voids = {VoidReason.STAFF: 2, VoidReason.WITHDRAWN: 1}
    assert revision_words(3, since=since, voids=voids) == (
        "Revision 3, since 2026-11-25: 3 answers left the count "
        "(filled in or steered by staff: 2, withdrawn by the owner: 1)."
    )
    total = "Revision 3, since 2026-11-25: 3 answers left the count."
    assert revision_words(3, since=since, voids=voids, least=None) == total
    assert revision_words(3, since=since, voids=voids, least=2) == total, "one reason has one"
    assert revision_words(3, since=since, voids=voids, least=1) != total


def test_every_reason_has_words_of_its_own():
    assert len({void_name(reason) for reason in VoidReason}) == len(VoidReason)
