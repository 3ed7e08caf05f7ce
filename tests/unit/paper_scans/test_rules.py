"""Which tray a page belongs to, when two scans are the same, how sure an error rate is."""

import pytest

from app.surveys.paper.scans import checks
from app.surveys.paper.scans.trays import GROUPS, Mark, Reading, Row, Tray, is_same, tray_of

SURE = Row("a", Mark.SURE, ("3",))
EMPTY = Row("a", Mark.EMPTY)
CORRECTED = Row("a", Mark.SURE, ("3",), "corrected")


def faint(*values):
    return Row("a", Mark.DOUBTFUL, values, "faint")


def test_every_tray_belongs_to_one_group_of_the_sum():
    assert set(GROUPS) == set(Tray)


@pytest.mark.parametrize(
    ("first", "again", "decided", "same"),
    [
        (SURE, SURE, {}, True),
        (SURE, Row("a", Mark.SURE, ("4",)), {}, False),
        (SURE, EMPTY, {}, False),
        (EMPTY, SURE, {}, False),
        (SURE, faint("3"), {}, True),
        (SURE, faint("3", "4"), {}, False),
        (faint("3"), SURE, {}, True),
        (faint("3", "4"), SURE, {}, False),
        (faint("3", "4"), SURE, {"a": ("3",)}, True),
        (faint("3", "4"), SURE, {"a": ("4",)}, False),
        (faint(), EMPTY, {}, False),
        (faint(), EMPTY, {"a": ()}, True),
        (SURE, Row("b", Mark.SURE, ("3",)), {}, False),
        # A second mark that was blacked out again: the answer is the same, the paper is not.
        (SURE, CORRECTED, {}, False),
        (SURE, CORRECTED, {"a": ("3",)}, False),
        (CORRECTED, CORRECTED, {}, True),
        (CORRECTED, SURE, {}, True),
        (faint("3"), CORRECTED, {}, True),
    ],
)
def test_two_scans_are_the_same_only_when_nothing_in_them_differs(first, again, decided, same):
    assert is_same(Reading((first,)), Reading((again,)), decided) is same


def test_ink_that_was_not_there_before_is_a_difference():
    assert not is_same(Reading((SURE,)), Reading((SURE,), ("comment",)), {})


def test_rows_are_decided_before_words_and_words_before_the_sheet_is_taken():
    reading = Reading((faint("3"), Row("b", Mark.SURE, ("1",))), ("comment",))
    steps = [(), ("a",), ("a", "comment")]
    trays = [tray_of(reading, decided, is_whole=True) for decided in steps]
    assert trays == [Tray.DOUBTFUL, Tray.COMMENT, Tray.ACCEPTED]
    assert tray_of(reading, steps[-1], is_whole=False) is Tray.PARTNER


def test_wilson_gives_the_published_interval():
    # Newcombe (1998), Statistics in Medicine 17:857, table I, method 3: 81/263, 15/148, 0/20, 1/29.
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (wrong, fields), limits in published.items():
        assert checks.wilson(wrong, fields) == pytest.approx(limits, abs=5e-5)
    assert checks.wilson(0, 0) is None
