import numpy as np
import pytest

from app.analysis.data.cells import DROPPED, make_cells
from app.analysis.data.consistency import check_consistency
from app.analysis.data.dataset import Role
from app.analysis.tolerance.status import zone_statuses
from tests.unit.analysis.builders import make_dataset

NAN = np.nan


def levels(rows: list[list[float]]) -> np.ndarray:
    return np.array(rows, dtype=float)


def test_equal_levels_are_consistent() -> None:
    found = check_consistency(levels([[7.0]]), levels([[7.0]]))
    assert not found.inverted.any()
    assert found.usable.all()


def test_an_inversion_removes_the_levels_of_that_item_only() -> None:
    adequate = levels([[9, 4, 5]])
    desired = levels([[7, 8, 8]])
    found = check_consistency(adequate, desired)
    assert found.inverted.tolist() == [[True, False, False]]
    assert found.usable.tolist() == [[False, True, True]]
    assert not found.dropped[0]


@pytest.mark.parametrize(
    ("inverted", "answered", "dropped"),
    [(2, 5, False), (9, 22, True), (1, 2, True), (1, 3, False), (1, 1, True), (0, 0, False)],
)
def test_a_household_is_dropped_above_40_percent_and_not_at_40(
    inverted: int, answered: int, dropped: bool
) -> None:
    adequate = levels([[9.0] * inverted + [3.0] * (answered - inverted) + [NAN, 5.0]])
    desired = levels([[2.0] * inverted + [8.0] * (answered - inverted) + [5.0, NAN]])
    found = check_consistency(adequate, desired)
    assert bool(found.dropped[0]) is dropped
    assert found.usable[0].any() is np.bool_(not dropped)


def test_a_dropped_household_keeps_what_it_perceives() -> None:
    data = make_dataset(
        {
            (Role.ADEQUATE, "a"): [9, 3],
            (Role.DESIRED, "a"): [2, 8],
            (Role.PERCEIVED, "a"): [5, 6],
            (Role.ADEQUATE, "b"): [4, 4],
            (Role.DESIRED, "b"): [8, 8],
            (Role.PERCEIVED, "b"): [5, 6],
        }
    )
    cells = make_cells(data)
    total, layout = cells.total(), cells.layout
    assert total[DROPPED] == 1

    def answers(role: Role, item: str) -> tuple[int, int]:
        start = layout.starts[layout.index[role, item]]
        return int(total[start : start + 10].sum()), int(total[start + 10])

    assert answers(Role.PERCEIVED, "a") == (2, 0)
    assert answers(Role.ADEQUATE, "a") == (1, 1)
    assert answers(Role.DESIRED, "b") == (1, 1)
    below, inside, above, inverted, answered = total[layout.zones["a"] :][:5]
    assert (below, inside, above, inverted, answered) == (0, 1, 0, 1, 2)


def status(msa: float, mss: float, se: float = 0.1, df: int = 29) -> tuple[str | None, bool | None]:
    found = zone_statuses(np.array([msa]), np.array([mss]), np.array([se]), np.array([se]), df=df)[
        0
    ]
    return found.status, found.established


def test_an_item_is_placed_by_its_means_and_its_limits_count_as_inside() -> None:
    assert status(-1.0, -3.0) == ("below_minimum", True)
    assert status(1.0, -1.0) == ("inside", True)
    assert status(2.0, 1.0) == ("above_desired", True)
    assert status(0.0, -1.0) == ("inside", False)
    assert status(1.0, 0.0) == ("inside", False)


def test_inside_is_established_only_if_both_one_sided_tests_hold() -> None:
    assert status(1.0, -0.05) == ("inside", False)
    assert status(0.05, -1.0) == ("inside", False)


def test_holm_over_the_list_can_make_a_status_borderline() -> None:
    # One-sided p of t = 2 at 29 df is .0275: established alone, borderline among three (.0825).
    assert status(-0.2, -3.0) == ("below_minimum", True)
    three = zone_statuses(
        np.full(3, -0.2), np.full(3, -3.0), np.full(3, 0.1), np.full(3, 0.1), df=29
    )
    assert [one.established for one in three] == [False, False, False]


def test_each_test_has_the_degrees_of_freedom_of_its_own_answers() -> None:
    # Printed table: t(.95) is 1.699 at 29 and 2.353 at 3 degrees of freedom.
    def established(df_adequacy: int, df_superiority: int) -> bool | None:
        one = np.array([0.1])
        df = np.array([[df_adequacy], [df_superiority]])
        found = zone_statuses(np.array([0.2]), np.array([-0.2]), one, one, df=df)[0]
        return found.established

    assert established(29, 29) is True
    assert established(3, 29) is False
    assert established(29, 3) is False


def test_nothing_is_established_without_errors() -> None:
    assert status(-1.0, -3.0, df=0) == ("below_minimum", None)
    assert status(-1.0, -3.0, se=0.0) == ("below_minimum", False)
    assert status(NAN, -3.0) == (None, None)
