"""What a snapshot keeps of the homes: rows of those that answered, counts of all."""

from datetime import date

import pytest

from app.surveys.snapshot.errors import BadManifestError
from app.surveys.snapshot.homes import (
    Home,
    estate_age,
    frame_text,
    homes_text,
    read_frame,
    read_homes,
)


def home(name: str, *, day: int | None = 3, important: bool = False, group: int = 1) -> Home:
    channel = "" if day is None else "paper"
    return Home(name, group, "3栋", "lift", "owner", important, False, channel, day)


HOMES = [home("b"), home("a", important=True), home("c", day=None)]


def test_only_homes_that_answered_have_a_row_and_it_says_nothing_about_importance() -> None:
    text = homes_text(HOMES)
    assert text.splitlines() == [
        "pseudonym,building,property,tenure,channel,day",
        "a,3栋,lift,owner,paper,3",
        "b,3栋,lift,owner,paper,3",
    ]
    assert read_homes(text, ["b", "a"])["day"] == ("3", "3")


def test_all_homes_are_counted_by_kind_without_a_name() -> None:
    text = frame_text(HOMES)
    assert text.splitlines() == [
        "replicate_group,building,property,tenure,important,earlier,members,returned",
        "1,3栋,lift,owner,no,no,2,1",
        "1,3栋,lift,owner,yes,no,1,1",
    ]
    found = read_frame(text, base=3, returned=2)
    assert (found.members, found.returned, found.groups) == ((2, 1), (1, 1), (1, 1))


@pytest.mark.parametrize("names", [["a"], ["a", "b", "c"], ["a", "x"]])
def test_rows_that_are_not_those_of_the_answers_are_refused(names: list[str]) -> None:
    with pytest.raises(BadManifestError, match="homes"):
        read_homes(homes_text(HOMES), names)


def test_counts_that_are_not_those_of_the_manifest_are_refused() -> None:
    with pytest.raises(BadManifestError, match="frame"):
        read_frame(frame_text(HOMES), base=4, returned=2)
    with pytest.raises(BadManifestError, match="head"):
        read_frame("members,returned\n1,1\n", base=1, returned=1)


@pytest.mark.parametrize(
    ("handed_over", "band"),
    [
        (None, ""),
        (date(2027, 1, 1), ""),  # after the day that counts
        (date(2023, 6, 3), "under_3"),  # three years are over the next day
        (date(2023, 6, 2), "to_9"),
        (date(2016, 6, 2), "to_19"),
        (date(2006, 6, 2), "from_20"),
    ],
)
def test_an_estate_belongs_to_the_band_of_its_whole_years(
    handed_over: date | None, band: str
) -> None:
    assert estate_age(handed_over, date(2026, 6, 2)) == band
