"""Plan files: what they ask for, and what is said about one that cannot be used."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from app.analysis.data.cells import Cells, make_cells
from app.analysis.data.dataset import Role
from app.analysis.plan import StudyPlan, make_plan
from app.analysis.study import run_study
from app.i18n import set_language
from app.surveys.snapshot.plan_file import PlanFileError, load_plan, settle
from app.surveys.snapshot.plan_spec import PlanSpec, json_schema
from tests.unit.analysis.builders import make_dataset, picks, ratings

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.fixture(scope="module")
def cells() -> Cells:
    answers = {
        **ratings({"fees": [4, 2, 3, 5], "repairs": [5, 4, 4, 2]}),
        **picks({"fees": [1, 0, 1, 0], "repairs": [0, 1, 1, 0]}),
    }
    return make_cells(make_dataset(answers, communities=["east", "west", "east", "west"]))


def settled(text: str, cells: Cells) -> StudyPlan:
    plan = load_plan(f"plan: test\n{text}", "plan.yaml")
    return settle(plan, cells, instrument="i", engine="e")


def problems(text: str, cells: Cells) -> list[tuple[int, str, str]]:
    with pytest.raises(PlanFileError) as caught:
        settled(text, cells)
    return [(one.line, one.path, one.code) for one in caught.value.problems]


def test_the_shortest_plan_takes_the_lists_of_the_data_and_the_sections_that_need_no_choice(
    cells: Cells,
) -> None:
    plan = settled("", cells)
    usual = make_plan(cells.layout.columns)
    assert (
        (plan.headline, plan.weights)
        == (usual.headline, usual.weights)
        == (
            ("fees", "repairs"),
            "emphasis",
        )
    )
    assert (plan.gaps, plan.boxes, plan.drivers, plan.suppress) == (True, True, True, False)
    assert (plan.segments, plan.before, plan.weighting, plan.nps) == ((), (), None, "")
    assert (plan.instrument, plan.engine) == ("i", "e")


def test_every_key_of_a_plan_file_reaches_the_plan(cells: Cells) -> None:
    plan = settled(
        """\
level: 0.9
suppress: true
population: 400
wave: 2026-06
community: east
headline:
  role: performance
  items: [repairs, fees]
  weights: {frozen: {fees: 0.25, repairs: 0.75}}
zones: {penalty: 2}
matrix: {performance: 80, importance: median}
gaps: false
boxes: false
drivers: {headline: false, attributes: true}
communities: {measures: [index, fees], unranked: west}
segments: [community]
weighting:
  margins:
    - {by: community, households: {east: 30, west: 10}}
    - by: [community, wave]
      households: {east: {1: 20, 2: 10}, west: {1: 10}}
  trim: 3
comments: {fees: 7}
""",
        cells,
    )
    assert plan.headline == ("repairs", "fees")
    assert plan.headline_role is Role.PERFORMANCE
    assert (plan.weights, plan.shares) == ("frozen", (("repairs", 0.75), ("fees", 0.25)))
    assert (plan.level, plan.suppress, plan.population, plan.penalty) == (0.9, True, 400, 2.0)
    assert (plan.wave, plan.community) == ("2026-06", "east")
    assert (plan.performance_target, plan.importance_cut) == (80.0, "median")
    assert (plan.gaps, plan.boxes, plan.drivers, plan.attribute_drivers) == (
        False,
        False,
        False,
        True,
    )
    assert plan.compare_communities
    assert (plan.community_measures, plan.unranked) == (("index", "fees"), ("west",))
    assert (plan.segments, plan.comments) == (("community",), (("fees", 7),))
    assert plan.weighting is not None
    assert plan.weighting.trim == 3.0
    assert [one.variables for one in plan.weighting.margins] == [
        ("community",),
        ("community", "wave"),
    ]
    assert plan.weighting.margins[1].totals == (
        (("east", "1"), 20.0),
        (("east", "2"), 10.0),
        (("west", "1"), 10.0),
    )
    json.dumps(asdict(plan))


def test_a_plan_may_give_a_scale_boxes_of_its_own(cells: Cells) -> None:
    plan = settled("boxes: {1-5: {glad: [4, 5], cross: [1]}}\nscales: false\n", cells)
    assert plan.boxes
    assert not plan.scales
    assert plan.box_schemes == (((1, 2, 3, 4, 5), (("glad", (4, 5)), ("cross", (1,)))),)
    boxes = run_study(cells, plan).boxes
    assert [box.name for box in boxes[0].boxes] == ["glad", "cross"]


def test_the_columns_a_plan_needs_are_those_of_its_segments_and_margins() -> None:
    plan = load_plan(
        "plan: p\ncolumns: {segments: phase}\nsegments: [tenure]\nweighting:\n  margins:\n"
        "    - {by: [community, tenure], households: {a: {own: 1}}}\n"
        "    - {by: building, households: {1: 1}}\n",
        "plan.yaml",
    )
    assert plan.variables == ("phase", "tenure", "building")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("zebra: 1\n", [(2, "zebra", "stray_key")]),
        ("headlines: {}\n", [(2, "headlines", "unknown_key")]),
        ("level: 2\n", [(2, "level", "out_of_range")]),
        ("wave: 2026-07\n", [(2, "wave", "unknown_word")]),
        ("community: north\n", [(2, "community", "unknown_word")]),
        (
            "headline:\n  items:\n    - fees\n    - noise\n",
            [(5, "headline.items[1]", "unknown_word")],
        ),
        ("headline: {items: [fees, fees]}\n", [(2, "headline.items", "repeated_code")]),
        ("headline:\n  weights: guess\n", [(3, "headline.weights.rule", "unknown_word")]),
        ("headline:\n  weights: ratings\n", [(3, "headline.weights", "unknown_word")]),
        (
            "headline:\n  weights:\n    frozen: {fees: 1}\n",
            [(4, "headline.weights.frozen", "missing_key")],
        ),
        (
            "headline:\n  weights:\n    frozen: {fees: 0, repairs: 0}\n",
            [(4, "headline.weights.frozen", "no_weight")],
        ),
        ("zones: {weights: {frozen: {fees: 0}}}\n", [(2, "zones.weights.frozen", "no_weight")]),
        ("headline:\n  weights: derived\n", [(3, "headline.weights", "unknown_word")]),
        ("change: {before: 2025-12}\n", [(2, "change", "missing_key")]),
        (
            "wave: 2026-06\nchange:\n  before: [2025-12, 2025-12]\n",
            [(4, "change.before[1]", "repeated_word")],
        ),
        (
            "wave: 2026-06\nchange:\n  before: [2025-12, 2026-12]\n",
            [(4, "change.before[1]", "wave_later")],
        ),
        (
            "wave: 2025年春\nchange: {before: 2026-06}\n",
            [(3, "change.before[0]", "wave_later")],
        ),
        (
            "communities: {measures: [index, index]}\n",
            [(2, "communities.measures[1]", "repeated_word")],
        ),
        (
            "communities: true\nweighting: {margins: [{by: [wave, flat], households: {a: 1}}]}\n",
            [(3, "weighting.margins[0].by[1]", "communities_unweighted")],
        ),
        (
            "wave: 2026-06\nchange: {before: 2026-06}\n",
            [(3, "change.before", "repeated_code")],
        ),
        ("matrix: {performance: 120}\n", [(2, "matrix.performance.target", "out_of_range")]),
        (
            "communities:\n  unranked: [east, north]\n",
            [(3, "communities.unranked[1]", "unknown_word")],
        ),
        (
            "weighting:\n  margins:\n    - {by: community, households: {east: many}}\n",
            [(4, "weighting.margins[0].households.east", "need_number")],
        ),
        ("nps: fees\n", [(2, "nps", "unknown_word")]),
        ("segments: [building]\n", [(2, "segments[0]", "unknown_word")]),
        ("boxes: {1-7: {top: [7]}}\n", [(2, "boxes.1-7", "unknown_word")]),
        ("boxes: {1-5: {top: [5, 6]}}\n", [(2, "boxes.1-5.top[1]", "no_such_point")]),
        ("comments:\n  noise: 2\n", [(3, "comments.noise", "unknown_word")]),
        ("drivers: [1]\n", [(2, "drivers", "need_mapping")]),
        ("wave: [\n", [(3, "", "not_yaml")]),
    ],
)
def test_what_a_plan_cannot_ask_for_is_named_with_its_line(
    cells: Cells, text: str, expected: list[tuple[int, str, str]]
) -> None:
    assert problems(text, cells) == expected


def test_names_of_waves_without_a_year_may_stand_in_any_order() -> None:
    for wave, before in (("autumn", "spring"), ("9", "10"), ("2026-Q1", "2026-07")):
        plan = load_plan(f"plan: p\nwave: '{wave}'\nchange: {{before: '{before}'}}\n", "p.yaml")
        assert plan.spec.wave == wave


def test_problems_are_told_in_the_language_of_the_moment(cells: Cells) -> None:
    said = {
        "en": "line 2, column 1 (community): error: “north” is not allowed here. "
        "Use one of: east, west.",
        "zh-Hans": "第 2 行第 1 列（community）　错误：这里不能写“north”。可用：east, west。",
    }
    for language, words in said.items():
        set_language(language)
        with pytest.raises(PlanFileError) as caught:
            settled("community: north\n", cells)
        assert str(caught.value) == f"plan.yaml\n{words}"


def test_every_key_of_a_plan_file_stands_in_the_documentation() -> None:
    text = (DOCS / "study-plan.md").read_text("utf-8")
    assert [key for key in PlanSpec.model_fields if f"`{key}`" not in text] == []
    example = text.split("```yaml\n")[1].split("```")[0]
    assert load_plan(example, "docs").spec.plan == "riverside-2026"


def test_the_committed_schema_of_plan_files_is_the_one_the_code_makes() -> None:
    committed = json.loads((DOCS / "study-plan.schema.json").read_text("utf-8"))
    assert committed == json_schema()
