"""How a frozen byte leaves, and which communities have key figures."""

import pytest

from app.analysis.results.estimate import Estimate
from app.analysis.results.rollups import RollupEntry
from app.reports.company.queries import Head
from app.reports.exports.codes import coded, decoded
from app.reports.exports.kpi import Found, barred_rows, kpi_rows, reason_against
from app.reports.exports.queries import Barred
from app.surveys.instrument.model import ItemKind
from app.surveys.snapshot.errors import BadManifestError
from tests.factories import perception_instrument

INSTRUMENT = perception_instrument()
NOTHING = Estimate(None, None, None, None, 0)


@pytest.mark.parametrize(
    ("code", "byte", "expected"),
    [
        # By the table of docs/snapshot.md: 1 is the first point, 50 blank, 51 the first word that
        # is no point, +64 opened by a low rating, +128 outside the plan.
        ("overall", 10, (10, None)),
        ("overall", 0, (-99, None)),
        ("overall", 50, (-50, None)),
        ("overall", 63, (-63, None)),
        ("area.security", 51, (-51, None)),
        ("area.security", 3, (3, None)),
        ("area.security", 3 + 64, (-64, 3)),
        ("area.security", 50 + 64, (-64, -50)),
        ("area.security", 51 + 128, (-65, -51)),
        ("priority.security", 1, (1, None)),
        ("priority.security", 2, (0, None)),
        ("priority.security", 2 + 128, (-65, 0)),
    ],
)
def test_a_byte_becomes_its_value_and_what_is_kept_out_of_means(code, byte, expected):
    item = INSTRUMENT.item(code)
    assert decoded(item, coded(INSTRUMENT, item), byte) == expected


def test_no_two_bytes_of_an_item_leave_as_the_same_pair_of_cells():
    for item in INSTRUMENT.items:
        if item.in_vector:
            table = coded(INSTRUMENT, item)
            assert len(set(table.values())) == len(table), item.code


def test_a_byte_an_item_cannot_hold_stops_the_export():
    choice = next(item for item in INSTRUMENT.items if item.kind is ItemKind.CHOICE)
    with pytest.raises(BadManifestError):
        decoded(choice, coded(INSTRUMENT, choice), len(choice.options) + 1)


def _place(number: int, *, held: bool = False, waived: bool = False) -> Barred:
    return Barred(number, f"C{number}", "n", "o", "r", is_held=held, is_waived=waived)


def _found(n: int) -> Found:
    index = Estimate(61.26, 1.0, 59.04, 63.44, n)
    share = Estimate(0.4567, None, 0.4, 0.5, n)
    head = Head(n, 200, n, index, share, NOTHING, NOTHING, "", "full", 1)
    rolled = RollupEntry("security", ("a",), 99, n, index, share, index)
    return Found(head, (rolled,))


@pytest.mark.parametrize(
    ("place", "found", "reliability", "reason"),
    [
        (_place(1), _found(100), 0.7, ""),
        (_place(1), _found(99), 0.9, "few"),
        (_place(1), _found(100), 0.69, "reliability"),
        (_place(1), _found(100), None, "reliability"),
        (_place(1, waived=True), _found(500), 0.9, "waived"),
        (_place(1, held=True), _found(500), 0.9, "held"),
        (_place(1), None, 0.9, "not_released"),
    ],
)
def test_only_rankable_results_are_key_figures(place, found, reliability, reason):
    assert reason_against(place, found, reliability=reliability) == reason


def test_a_community_has_figures_or_stands_in_the_other_list_never_both():
    places = [_place(1), _place(2, waived=True), _place(3, held=True), _place(4)]
    found = {1: _found(120), 2: _found(300), 3: _found(300)}
    words = dict.fromkeys(("held", "not_released", "waived", "few", "reliability"), "w")
    shown = kpi_rows(places, found, reliability=0.8, names={})
    barred = barred_rows(places, found, reliability=0.8, words=words)
    # The department's 99 answers are too few, the overall rating has no value.
    assert [row[4:9] for row in shown] == [
        ("index", "0-100", 61.3, 59.0, 63.4),
        ("satisfied", "0-1", 0.46, 0.4, 0.5),
    ]
    assert [(row[0], row[4], row[6]) for row in barred] == [
        ("C2", "waived", 300),
        ("C3", "held", None),  # a hold hides how many answered, too
        ("C4", "not_released", None),
    ]
