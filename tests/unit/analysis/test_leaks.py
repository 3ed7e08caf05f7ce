"""What the figures of a study give away: attacks by subtraction on what is published."""

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import BLANK, Column, Dataset, Role
from app.analysis.design.weights import Weighting, make_margin
from app.analysis.plan import StudyPlan, make_plan
from app.analysis.results.canonical import from_json, to_json
from app.analysis.results.study import StudyResult
from app.analysis.study import run_study
from tests.unit.analysis.builders import make_dataset, picks, ratings

LEVELS = (Role.ADEQUATE, Role.DESIRED, Role.PERCEIVED)
RATED = (*LEVELS, Role.IMPORTANCE, Role.COMPETITOR)
GAPS = {
    "adequacy": (Role.PERCEIVED, Role.ADEQUATE),
    "superiority": (Role.PERCEIVED, Role.DESIRED),
    "width": (Role.DESIRED, Role.ADEQUATE),
}
LEAST = 10


def studied(data: Dataset, **changes: object) -> StudyResult:
    plan = replace(make_plan(data.columns), **changes)  # type: ignore[arg-type]
    return run_study(make_cells(data), plan)


def levels_of(data: Dataset, item: str) -> dict[Role, np.ndarray]:
    """Return the points of an item's columns, NaN without one, after the inversion rule."""
    place = {column.key: j for j, column in enumerate(data.columns)}
    found = {}
    for role in RATED:
        if (role, item) in place:
            codes = data.values[:, place[role, item]].astype(float)
            found[role] = np.where(codes == BLANK, np.nan, codes)
    inverted = found[Role.ADEQUATE] > found[Role.DESIRED]
    for role in (Role.ADEQUATE, Role.DESIRED):
        found[role] = np.where(inverted, np.nan, found[role])
    return found


def sums_shown(result: StudyResult, answers: dict[Role, np.ndarray]) -> list[np.ndarray]:
    """Return every published sum of item "a" as factors of the single answers (roles x rows)."""
    roles = list(answers)
    given = {role: np.isfinite(one).astype(float) for role, one in answers.items()}

    def factors(*parts: tuple[Role, np.ndarray]) -> np.ndarray:
        found = np.zeros((len(roles), len(given[roles[0]])))
        for role, row in parts:
            found[roles.index(role)] += row
        return found

    shown = [factors((role, given[role])) for role in roles]
    (zone,) = result.zones
    pairs = [pair for name, pair in GAPS.items() if name not in zone.unpaired]
    if result.gaps is not None:
        (gap,) = result.gaps.items
        if "gap" not in gap.unpaired:
            pairs.append((Role.IMPORTANCE, Role.PERCEIVED))
        if "competitor" not in gap.unpaired:
            pairs.append((Role.PERCEIVED, Role.COMPETITOR))
    for more, less in pairs:
        both = given[more] * given[less]
        shown.append(factors((more, both), (less, -both)))
    return shown


def fewest(shown: list[np.ndarray]) -> int:
    """Return the fewest answers that some sum of published sums, each taken once, rests on."""
    # Answers with the same factors in every sum stay together: few columns with their numbers.
    kinds, many = np.unique(np.stack([one.ravel() for one in shown]), axis=1, return_counts=True)
    signs = np.array(list(itertools.product((-1.0, 0.0, 1.0), repeat=len(shown))))
    answers = (np.abs(signs @ kinds) > 0.5) @ many
    return int(answers[answers > 0].min())


def blanks(seed: int, households: int = 120) -> Dataset:
    """Return a zone item with sporadic blanks and inverted levels."""
    rng = np.random.default_rng(seed)
    adequate = rng.integers(3, 7, households)
    desired = adequate + rng.integers(0, 4, households)
    answers: dict[Role, np.ndarray] = {
        Role.ADEQUATE: adequate,
        Role.DESIRED: desired,
        Role.PERCEIVED: rng.integers(2, 10, households),
        Role.IMPORTANCE: rng.integers(5, 11, households),
        Role.COMPETITOR: rng.integers(2, 10, households),
    }
    given: dict[tuple[Role, str], list[int | None]] = {
        (role, "a"): [
            None if missing else int(one)
            for one, missing in zip(
                row, rng.random(households) < rng.choice([0.0, 0.01, 0.05, 0.2]), strict=True
            )
        ]
        for role, row in answers.items()
    }
    return make_dataset(given)


@pytest.mark.parametrize("seed", range(12))
def test_no_few_answers_follow_from_the_means_and_gaps_of_an_item(seed: int) -> None:
    data = blanks(seed)
    result = studied(data, gaps=True)
    assert fewest(sums_shown(result, levels_of(data, "a"))) >= LEAST


def test_the_attacker_finds_single_answers_where_every_gap_is_paired() -> None:
    found = []
    for seed in range(4):
        data = blanks(seed)
        result = studied(data, gaps=True, suppress=False)
        found.append(fewest(sums_shown(result, levels_of(data, "a"))))
    assert min(found) == 1


@pytest.mark.parametrize("households", [12, 31, 400])
def test_the_answer_of_the_one_household_without_its_pair_cannot_be_worked_out(
    households: int,
) -> None:
    # Household 0 says 9 where it hopes for 2, and finds 3: its levels are dropped, its 3 is not.
    rest = households - 1
    data = make_dataset(
        {
            (Role.ADEQUATE, "a"): [9] + [4] * rest,
            (Role.DESIRED, "a"): [2] + [8] * rest,
            (Role.PERCEIVED, "a"): [3] + [6, 7] * (rest // 2) + [6] * (rest % 2),
            (Role.ADEQUATE, "b"): [4] * households,
            (Role.DESIRED, "b"): [8] * households,
            (Role.PERCEIVED, "b"): [6] * households,
            (Role.ADEQUATE, "c"): [4] * households,
            (Role.DESIRED, "c"): [8] * households,
            (Role.PERCEIVED, "c"): [6] * households,
        }
    )
    result = studied(data, gaps=True)
    zone = result.zones[0]
    shown = zone.perceived.n, zone.perceived.value, zone.adequate.value, zone.adequacy.value
    n, perceived, adequate, adequacy = shown
    assert None not in shown
    assert n * perceived - (n - 1) * (adequate + adequacy) == pytest.approx(perceived)  # type: ignore[operator]
    assert zone.unpaired == ("adequacy", "superiority")
    assert result.sensitivity is not None
    assert result.sensitivity.as_answered[0].adequacy is None
    # With one answer more left out than a study may show, the gap is that of the pairs again.
    assert studied(data, suppress=False).zones[0].unpaired == ()


def picked(by_one: bool) -> StudyResult:
    return studied(
        make_dataset(
            {
                **ratings({"a": [4, 2] * 12, "b": [5, 4] * 12, "c": [3] * 24}),
                **picks({"a": [1] * 24, "b": [1, 0] * 12, "c": [int(by_one)] + [0] * 23}),
            }
        )
    )


def test_below_30_households_nobody_and_one_who_picked_read_the_same() -> None:
    nobody, one = picked(by_one=False), picked(by_one=True)
    for first, second in zip(nobody.items, one.items, strict=True):
        assert (first.emphasis, first.emphasis_coded) == (second.emphasis, second.emphasis_coded)
        assert first.weight == second.weight
    assert one.items[2].emphasis == pytest.approx(1 / 24)
    assert [item.emphasis_coded for item in one.items] == [True, False, True]
    # 23, 12 and 1 of 24, out of 36 such picks.
    assert [item.importance for item in one.items] == pytest.approx([23 / 36, 12 / 36, 1 / 36])
    assert all(item.is_rating is None for item in one.items)


def test_below_30_answers_all_and_all_but_one_satisfied_read_the_same() -> None:
    def found(last: int) -> StudyResult:
        given = [5, 4] * 9 + [4, last]
        return studied(
            make_dataset(
                {
                    (Role.OVERALL, "overall"): given,
                    **ratings({"a": given}),
                    (Role.ATTRIBUTE, "x"): given,
                }
            )
        )

    everybody, but_one = found(4), found(3)
    for result in (everybody, but_one):
        satisfied = result.items[0].satisfied
        assert (satisfied.value, satisfied.high) == (pytest.approx(19 / 20), 1.0)
        assert result.items[0].top_coded
    assert everybody.items[0].satisfied == but_one.items[0].satisfied
    assert everybody.attributes[0].satisfied == but_one.attributes[0].satisfied


def overall_of(satisfied: int) -> StudyResult:
    columns = (
        Column("overall", Role.OVERALL, "overall", (1, 2, 3, 4, 5), (4, 5)),
        Column("area.a", Role.PERFORMANCE, "a", (1, 2, 3, 4, 5), (4, 5)),
    )
    base = make_dataset(ratings({"x": [5] * satisfied + [1] * (20 - satisfied), "a": [3] * 20}))
    return studied(replace(base, columns=columns))


def test_the_overall_share_of_few_answers_is_coded_too() -> None:
    assert overall_of(20).overall_satisfied == overall_of(19).overall_satisfied
    assert overall_of(0).overall_satisfied == overall_of(1).overall_satisfied
    assert overall_of(1).overall_satisfied != overall_of(2).overall_satisfied


def promoted(detractors: int) -> StudyResult:
    columns = (
        Column("area.a", Role.PERFORMANCE, "a", (1, 2, 3, 4, 5)),
        Column("recommend", Role.ATTRIBUTE, "recommend", tuple(range(11))),
    )
    points = [0] * detractors + [8] * (5 - detractors) + [10] * 15
    values = np.array([[3] * 20, [point + 1 for point in points]], dtype=np.uint8).T.copy()
    base = make_dataset(ratings({"a": [3] * 20, "x": [3] * 20}))
    return studied(replace(base, columns=columns, values=values), nps="recommend")


def test_the_promoter_score_of_few_answers_is_that_of_the_coded_shares() -> None:
    nobody, one, two = (promoted(many).nps for many in range(3))
    assert nobody is not None
    assert one is not None
    assert two is not None
    assert nobody.score == one.score
    assert nobody.top_coded
    assert one.top_coded
    # 15 promoters and "at most one" detractor of 20; then 15 and 2.
    assert (one.score.value, two.score.value) == (pytest.approx(70.0), pytest.approx(65.0))
    assert not two.top_coded


def inversions(inverted: int, answered: int, *, suppress: bool = True) -> StudyResult:
    rest: list[int | None] = [4] * (answered - inverted) + [None] * (60 - answered)
    given: dict[tuple[Role, str], list[int | None]] = {
        (Role.ADEQUATE, "a"): [9] * inverted + rest,
        (Role.DESIRED, "a"): [8] * 60,
        (Role.PERCEIVED, "a"): [6] * 60,
    }
    for item in ("b", "c"):
        given |= {(Role.ADEQUATE, item): [4] * 60, (Role.DESIRED, item): [8] * 60}
        given |= {(Role.PERCEIVED, item): [6] * 60}
    return studied(make_dataset(given), suppress=suppress)


@pytest.mark.parametrize(
    ("inverted", "answered", "told"),
    [
        # inverted, answered, share, fewer than ten, warning above 10 %
        (0, 60, (None, 60, None, True, False)),
        (1, 60, (None, 60, None, True, False)),
        (9, 60, (None, 60, None, True, True)),
        (10, 40, (10, 40, 0.25, False, True)),
        (3, 9, (None, None, None, False, False)),
    ],
)
def test_few_inverted_answers_are_only_said_to_be_few(
    inverted: int, answered: int, told: tuple[object, ...]
) -> None:
    zone = inversions(inverted, answered).zones[0]
    assert told == (
        zone.inverted,
        zone.answered,
        zone.inverted_share,
        zone.inverted_few,
        zone.inverted_warning,
    )
    own = inversions(inverted, answered, suppress=False).zones[0]
    assert (own.inverted, own.answered, own.inverted_few) == (inverted, answered, False)


def dropped(households: int, *, suppress: bool = True) -> int | None:
    rows = 60 - households
    data = make_dataset(
        {
            (Role.ADEQUATE, "a"): [9] * households + [4] * rows,
            (Role.DESIRED, "a"): [8] * 60,
            (Role.PERCEIVED, "a"): [6] * 60,
        }
    )
    return studied(data, suppress=suppress).zone_dropped


def test_few_households_that_lost_their_levels_are_not_counted_in_public() -> None:
    assert [dropped(many) for many in (0, 1, 9, 10)] == [None, None, None, 10]
    assert dropped(1, suppress=False) == 1


def test_a_stored_result_without_the_later_fields_is_still_read() -> None:
    result = inversions(10, 40)
    data = json.loads(to_json(result))
    for name in ("communities_left_out", "columns_left_out"):
        del data[name]
    for zone in data["zones"]:
        del zone["inverted_few"], zone["unpaired"]
    for item in data["items"]:
        del item["emphasis_coded"]
    old = from_json(json.dumps(data))
    assert (old.zones[0].inverted, old.zones[0].inverted_few, old.zones[0].unpaired) == (
        10,
        False,
        (),
    )
    assert (old.items[0].emphasis_coded, old.communities_left_out) == (False, 0)
    assert json.loads(to_json(old)).keys() == json.loads(to_json(result)).keys()


SIZES = {"A": 40, "B": 30, "C": 9}


def company_of(
    sizes: dict[str, int], *, few: int | None = None, blank: int = 0
) -> tuple[Dataset, StudyPlan]:
    """Return communities; in the last one `few` rate b, and `blank` homes lack a lowest level."""
    rng = np.random.default_rng(8)
    names = [name for name, many in sizes.items() for _ in range(many)]
    rows, last = len(names), list(sizes)[-1]
    inside = [k for k, name in enumerate(names) if name == last]
    given: dict[tuple[Role, str], list[int | None]] = {
        **{key: list(one) for key, one in ratings(
            {item: rng.integers(1, 6, rows).tolist() for item in ("a", "b")}
        ).items()},
        (Role.ADEQUATE, "z"): [4] * rows,
        (Role.DESIRED, "z"): [8] * rows,
        (Role.PERCEIVED, "z"): rng.integers(2, 10, rows).tolist(),
    }  # fmt: skip
    for k in inside[few:] if few is not None else ():
        given[Role.PERFORMANCE, "b"][k] = None
    for k in inside[:blank]:
        given[Role.ADEQUATE, "z"][k] = None
    data = make_dataset(given, communities=names)
    return data, replace(make_plan(data.columns), gaps=True, compare_communities=True)


def figures(result: StudyResult) -> tuple[object, ...]:
    return result.n, result.index, result.items, result.zones, result.gaps


def test_a_small_community_does_not_follow_from_the_company_and_the_others() -> None:
    data, plan = company_of(SIZES)
    cells = make_cells(data)
    whole = run_study(cells, plan)
    parts = [run_study(cells, replace(plan, community=name)) for name in SIZES]
    assert parts[2].items[0].mean is None
    # The attack: the company's sum less the sums on the other pages.
    rest = (
        whole.items[0].n * whole.items[0].mean
        - sum(  # type: ignore[operator]
            part.items[0].n * part.items[0].mean  # type: ignore[operator]
            for part in parts[:2]
        )
    )
    assert rest == pytest.approx(0)
    assert (whole.n, whole.communities_left_out) == (70, 1)
    others = run_study(cells.select(communities=["A", "B"]), plan)
    assert figures(whole) == figures(others)
    assert [one.code for one in whole.communities[0].entries] == ["A", "B", "C"]
    own = run_study(cells, replace(plan, suppress=False))
    assert (own.n, own.communities_left_out) == (79, 0)


def test_known_sizes_are_those_of_the_communities_that_are_left() -> None:
    data, plan = company_of(SIZES)
    cells = make_cells(data)
    sizes = {"A": 80, "B": 40, "C": 30}
    plan = replace(plan, weighting=Weighting((make_margin("community", dict(sizes)),), trim=None))
    whole = run_study(cells, plan)
    assert whole.weighting is not None
    assert [one.category for one in whole.weighting.categories] == [("A",), ("B",)]
    del sizes["C"]
    left = replace(plan, weighting=Weighting((make_margin("community", dict(sizes)),), trim=None))
    assert figures(whole) == figures(run_study(cells.select(communities=["A", "B"]), left))


def test_margins_agree_again_when_a_community_is_left_out() -> None:
    data, plan = company_of(SIZES)
    data = replace(
        data,
        cell_variables=("side",),
        cell_names=(("north",), ("south",)),
        cell=np.arange(79) % 2,
    )
    margins = (
        make_margin("community", {"A": 80.0, "B": 40.0, "C": 30.0}),
        make_margin("side", {"north": 100.0, "south": 50.0}),
    )
    plan = replace(plan, weighting=Weighting(margins, trim=None), compare_communities=False)
    whole = run_study(make_cells(data), plan)
    assert whole.weighting is not None
    # 120 homes are left; of the 150 two thirds lie north, so of the 120, too.
    found = {one.category: one.population for one in whole.weighting.categories}
    assert found == pytest.approx({("A",): 80, ("B",): 40, ("north",): 80, ("south",): 40})


def test_an_item_that_a_community_hardly_answered_is_left_out_of_that_item_alone() -> None:
    data, plan = company_of({"A": 40, "B": 30, "C": 20}, few=9)
    cells = make_cells(data)
    whole = run_study(cells, plan)
    assert (whole.n, whole.communities_left_out) == (90, 0)
    assert whole.columns_left_out == (("performance.b", 1),)
    assert [item.n for item in whole.items] == [90, 70]
    others = run_study(cells.select(communities=["A", "B"]), plan)
    assert (whole.items[1].mean, whole.items[1].distribution) == (
        others.items[1].mean,
        others.items[1].distribution,
    )


def test_a_gap_that_one_community_may_not_pair_is_not_paired_for_the_company_either() -> None:
    data, plan = company_of({"A": 40, "B": 30, "C": 20}, blank=3)
    cells = make_cells(data)
    pages = [run_study(cells, replace(plan, community=name)) for name in "ABC"]
    assert [page.zones[0].unpaired for page in pages] == [(), (), ("adequacy", "width")]
    whole = run_study(cells, plan).zones[0]
    assert whole.unpaired == ("adequacy", "width")
    assert whole.adequacy.value == pytest.approx(whole.perceived.value - whole.adequate.value)  # type: ignore[operator]


def test_where_every_community_is_small_none_is_left_out() -> None:
    data, plan = company_of({"A": 9, "B": 8, "C": 7})
    found = run_study(make_cells(data), plan)
    assert (found.n, found.communities_left_out) == (24, 0)
