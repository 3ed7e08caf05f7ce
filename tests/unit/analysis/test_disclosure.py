"""Small cells stay unknown: an attacker with a linear program looks at what is published.

The attacker of `benchmarks/disclosure.py` computes the interval in which each withheld cell must
lie. He shares no code with the rule.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.disclosure.complementary import Sums, relations_of, withhold
from app.analysis.disclosure.tables import TableError, hidden_parts, protect_table
from benchmarks.disclosure import (
    THRESHOLD,
    attack,
    published,
    random_table,
    second_smallest,
    small_alone,
    with_margins,
)


@pytest.mark.parametrize("seed", range(8))
def test_no_withheld_cell_can_be_bounded_within_the_protection(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(3):
        counts = random_table(rng)
        table = protect_table(counts, threshold=THRESHOLD)
        truth = with_margins(counts)
        assert table.is_protected
        for (i, j), (low, high) in attack(published(table)).items():
            assert low - 1e-6 <= truth[i, j] <= high + 1e-6
            assert high - low >= THRESHOLD - 1e-6


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    counts=st.lists(
        st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=2, max_size=4
    ).map(np.array),
    protection=st.sampled_from([3.0, 10.0]),
)
def test_small_cells_are_never_shown_and_the_rest_is_true(
    counts: np.ndarray, protection: float
) -> None:
    table = protect_table(counts, protection=protection)
    truth = with_margins(counts)
    shown = published(table)
    for i, row in enumerate(truth):
        for j, value in enumerate(row):
            is_empty = truth[i, -1] == 0 or truth[-1, j] == 0
            assert shown[i][j] is None or shown[i][j] == value
            assert shown[i][j] is None or value >= THRESHOLD or is_empty
    if table.is_protected and table.small > 0 and (table.total or 0) >= THRESHOLD:
        width = min(high - low for low, high in attack(shown).values())
        assert width >= protection - 1e-6


def test_withholding_the_small_cells_alone_gives_many_of_them_away() -> None:
    rng = np.random.default_rng(11)
    tables = [with_margins(random_table(rng)) for _ in range(12)]
    widths = {
        rule: [high - low for truth in tables for low, high in attack(rule(truth)).values()]
        for rule in (small_alone, second_smallest)
    }
    shares = [np.mean(np.array(found) <= 2) for found in widths.values()]
    assert len(widths[small_alone]) > 50
    assert shares[0] > 0.1
    # A second cell in every line helps and is not enough: some stay narrower than 10.
    assert shares[1] < shares[0]
    assert min(widths[second_smallest]) < THRESHOLD


def test_a_single_small_cell_takes_three_others_with_it() -> None:
    table = protect_table([[30, 3, 40], [25, 18, 22], [40, 31, 29]])
    assert table.small == 1
    # Its row, its column and the fourth corner, or the sums give it back.
    assert table.complementary == 3
    assert table.row_totals == (73, 65, 100)
    assert table.column_totals == (95, 52, 91)
    assert table.total == 238


def test_a_table_without_small_cells_is_shown_as_it_is() -> None:
    table = protect_table([[30, 13], [25, 18]])
    assert table.cells == ((30, 13), (25, 18))
    assert (table.small, table.complementary, table.is_protected) == (0, 0, True)


def test_nobody_is_as_telling_as_a_few_but_an_empty_row_says_nothing() -> None:
    table = protect_table([[40, 0], [30, 25], [0, 0]])
    assert table.cells[0][1] is None
    assert table.cells[2] == (0, 0)
    assert table.row_totals[2] == 0


def test_below_the_threshold_in_all_nothing_is_shown() -> None:
    table = protect_table([[3, 2], [1, 2]])
    assert published(table) == [[None] * 3] * 3
    assert table.is_protected


def test_counts_must_be_whole_and_not_negative_in_two_dimensions() -> None:
    for wrong in ([[1, -1]], [[1.5, 2]], [1, 2], [[[1]]], []):
        with pytest.raises(TableError):
            protect_table(wrong)
    with pytest.raises(TableError):
        hidden_parts([[1, 2], [3, 4]])


# --- parts of a whole -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "hidden"),
    [
        ([40, 50, 60], [None, None, None]),
        ([7, 12, 40, 80], ["small", "complementary", None, None]),
        ([7, 8, 40, 80], ["small", "small", None, None]),
        ([3, 4, 40, 80], ["small", "small", "complementary", None]),
        ([3, 2, 95], ["small", "small", "complementary"]),
        ([9, 40], ["small", "complementary"]),
        ([0, 40, 50], ["small", None, None]),
        ([4], ["small"]),
    ],
)
def test_the_second_smallest_part_is_withheld_with_the_smallest(
    n: list[int], hidden: list[str | None]
) -> None:
    # Sums of middling answers on 1..5 put no further demand.
    assert list(hidden_parts(n, [3 * one for one in n], points=(1, 5))) == hidden
    assert list(hidden_parts(n)) == hidden


def means_interval(
    n: list[int], sums: list[float], hidden: tuple[str | None, ...], part: int
) -> tuple[float, float]:
    """Return what the published means and the whole leave open of one part's mean, on 1..5."""
    others = [k for k, why in enumerate(hidden) if why and k != part]
    total = sum(sums[k] for k, why in enumerate(hidden) if why)
    most = min(5 * n[part], total - sum(1 * n[k] for k in others))
    least = max(1 * n[part], total - sum(5 * n[k] for k in others))
    return least / n[part], most / n[part]


def test_the_mean_of_a_small_part_stays_open_over_a_fifth_of_the_scale() -> None:
    rng = np.random.default_rng(12)
    seen = 0
    for _ in range(40):
        n = rng.integers(2, 36, rng.integers(3, 8)).tolist()
        sums = [float(rng.integers(1, 6, count).sum()) for count in n]
        hidden = hidden_parts(n, sums, points=(1, 5))
        for part, count in enumerate(n):
            if count < THRESHOLD:
                low, high = means_interval(n, sums, hidden, part)
                assert high - low >= 0.2 * 4 - 1e-6
                seen += 1
        withheld = sum(count for count, why in zip(n, hidden, strict=True) if why)
        assert withheld == 0 or withheld >= THRESHOLD
    assert seen > 30


def test_parts_at_the_very_end_of_the_scale_ask_for_more_company() -> None:
    n = [6, 11, 40, 90]
    middling = hidden_parts(n, [18, 33, 120, 270], points=(1, 5))
    # The two smallest gave the worst answer throughout: their common sum would give both away.
    extreme = hidden_parts(n, [6, 11, 120, 270], points=(1, 5))
    assert middling == ("small", "complementary", None, None)
    assert extreme == ("small", "complementary", "complementary", None)


def test_where_nothing_can_protect_everything_is_withheld() -> None:
    assert hidden_parts([6, 11, 40], [6, 11, 40], points=(1, 5)) == (
        "small",
        "complementary",
        "complementary",
    )


def test_a_cell_that_is_known_elsewhere_cannot_be_protected() -> None:
    sums = Sums(
        values=np.array([3.0, 40, 43]),
        relations=relations_of((3,)),
        low=np.zeros(3),
        high=np.full(3, np.inf),
        cost=np.ones(3),
        fixed=np.array([False, True, True]),
    )
    pattern, is_protected = withhold(sums, np.array([True, False, False]), np.full(3, 10.0))
    assert not is_protected
    assert pattern.tolist() == [True, False, False]
