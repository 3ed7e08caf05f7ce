import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Dataset, Role
from app.analysis.data.moments import Moments
from app.analysis.data.rollup import roll_up
from tests.unit.analysis.test_cells import datasets

PERFORMANCE, PERCEIVED = (Role.PERFORMANCE, "a"), (Role.PERCEIVED, "a")
LEVELS = (Role.ADEQUATE, "a"), (Role.DESIRED, "a"), PERCEIVED


@settings(max_examples=30, deadline=None)
@given(datasets(), st.sampled_from([(PERCEIVED, PERFORMANCE), LEVELS, LEVELS[::2]]))
def test_all_communities_at_once_say_what_each_says_alone(
    data: Dataset, columns: tuple[tuple[Role, str], ...]
) -> None:
    cells = make_cells(data)
    found = roll_up(cells, columns)
    assert found.communities == tuple(sorted({key.community for key in cells.keys}))
    for k, community in enumerate(found.communities):
        alone = cells.select(communities=[community])
        sums = alone.by_group()
        present = found.households[k] > 0
        assert (found.households[k, present] == sums[:, 0]).all()
        moments = Moments(cells.layout, sums)
        for j, (role, item) in enumerate(columns):
            n = moments.n(role, (item,))[:, 0]
            assert (found.n[k, present, j] == n).all()
            mean = moments.mean(role, (item,))[:, 0]
            assert np.allclose(found.points[k, present, j], np.nan_to_num(mean) * n, atol=1e-9)
            assert (found.satisfied[k, present, j] == moments.satisfied(role, (item,))[:, 0]).all()
        assert not found.n[k, ~present].any()
