"""Reading instrument files: what is refused, and on which line."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.surveys.instrument.load import load_instrument
from app.surveys.instrument.messages import format_problem
from app.surveys.instrument.model import ItemKind, ItemRole
from app.surveys.instrument.problems import InstrumentError, Problem
from app.surveys.instrument.spec import json_schema
from tests.unit.instrument.examples import EXTERNAL, FOLDER, SMALL, changed, line_of, small


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InstrumentError) as caught:
        load_instrument(text, "file.yaml")
    return caught.value.problems


def places(text: str) -> list[tuple[int, str]]:
    return [(problem.line, problem.code) for problem in problems_of(text)]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("version: 1", "version: one", "need_number"),
        ("version: 1", "version: 0", "out_of_range"),
        ("version: 1", "version: &v 1", "yaml_anchor"),
        ("version: 1", "version: !!int 1", "yaml_tag"),
        ("version: 1", "version: 010", "ambiguous_value"),
        ("version: 1", "version: 1\nversion: 2", "repeated_key"),
        ("version: 1", "version: 1\nvresion: 2", "unknown_key"),
        ("kind: customer-perception", "kind: guess", "unknown_word"),
        ("        factor: environment", "        factor: weather", "unknown_word"),
        ("        factor: environment", "        faktor: environment", "unknown_key"),
        ("    ask: {pick: areas, up to: 2}", "    ask: {pick: areas}", "missing_key"),
        ("    ask: {pick: areas, up to: 2}", "    ask: {pick: areas, up to: 0}", "out_of_range"),
        (
            "    ask: {pick: areas, up to: 2}",
            "    ask: {pick: areas, up to: 2, on: ten}",
            "misplaced_key",
        ),
        (
            "    ask: {pick: areas, up to: 2}",
            "    ask: {pick: areas, rate: areas, up to: 2}",
            "one_verb",
        ),
        ("    measures: overall", "    measures: loyalty", "unknown_word"),
        ("  - id: about", "  - id: comment\n    x: 1", "stray_key"),
        ("    - [1, 2]", "    - [1, 4]", "no_such_area_number"),
        ("  - code: stairs", "  - code: gate gate", "bad_code"),
        ("    text: {zh-Hans: 请打分, en: Please give scores}", "    text: 请打分", "need_mapping"),
        ("        departments: [office]\n        show_if: car", "        departments: []", "empty"),
        ("    elder: false\n  - id: areas", "    elder: maybe\n  - id: areas", "need_yes_no"),
        (
            "title: {zh-Hans: 小问卷, en: Small survey}",
            'title: {zh-Hans: "小\\x07", en: S}',
            "bad_character",
        ),
    ],
)
def test_a_mistake_of_form_is_refused_on_its_line(old: str, new: str, code: str) -> None:
    text = changed(old, new)
    lines = new.splitlines()
    wrong = lines[-1] if code in ("repeated_key", "unknown_key", "stray_key") else lines[0]
    assert (line_of(text, wrong), code) in places(text)


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ("  - code: stairs\n", "  - code: gate\n", "repeated_code", 40),
        ("      - code: barrier\n", "      - code: strict\n", "repeated_code", 33),
        ("  - id: about\n", "  - id: areas\n", "repeated_code", 113),
        ("{code: none, text", "{code: car, text", "repeated_code", 95),
        ("{code: k2, text", "{code: k1, text", "repeated_code", 111),
        ("{code: tenant, text", "{code: owner, text", "repeated_code", 123),
    ],
)
def test_a_code_used_twice_is_refused_where_it_stands_again(
    old: str, new: str, code: str, at: int
) -> None:
    text = changed(old, new)
    assert places(text) == [(at, code)]
    assert new.partition(",")[0].strip() in text.splitlines()[at - 1]


def test_a_missing_key_is_reported_where_it_belongs() -> None:
    text = changed("        complaint_class: facility\n", "")
    (problem,) = problems_of(text)
    assert (problem.code, problem.data["key"]) == ("missing_key", "complaint_class")
    assert problem.line == line_of(text, "      - code: barrier")
    assert problem.path == "areas[0].attributes[1].complaint_class"


def test_an_unknown_key_names_the_nearest_known_one() -> None:
    (problem,) = problems_of(changed("valid_needs:", "valid_need:"))
    assert problem.data == {"word": "valid_need", "nearest": "valid_needs"}
    assert (problem.line, problem.column) == (9, 1)


def test_a_key_like_no_known_one_is_told_without_a_guess() -> None:
    (problem,) = problems_of(changed("version: 1", "version: 1\nqqqqqq: 2"))
    assert problem.data == {"word": "qqqqqq"}
    assert format_problem(problem, "zh-Hans").endswith("这里不认识“qqqqqq”。请删去。")
    assert format_problem(problem, "en").endswith("“qqqqqq” is not a known key here. Remove it.")


def test_all_problems_are_reported_at_once_in_the_order_of_the_file() -> None:
    text = changed("kind: customer-perception", "kind: guess")
    text = changed("        factor: environment", "        factor: weather", text)
    text = changed("    measures: overall", "    measures: nothing", text)
    lines = [problem.line for problem in problems_of(text)]
    assert lines == [3, line_of(text, "weather"), line_of(text, "measures: nothing")]


def test_an_alias_bomb_is_refused_without_being_expanded() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}, *{old}, *{old}]\n"
        for old, new in zip("abcdefghijkl", "bcdefghijklm", strict=True)
    )
    assert {problem.code for problem in problems_of(bomb)} == {"yaml_anchor"}


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("", 1, "file_empty"),
        ("instrument: x\n  version: 1\n", 2, "not_yaml"),
        ("a: 1\n---\nb: 2\n", 2, "several_documents"),
        ("%YAML 1.1\n---\na: 1\n", 2, "yaml_directive"),
        ("a: 1\n<<: {b: 2}\n", 2, "ambiguous_value"),
        ("a: 2026-06-01\n", 1, "ambiguous_value"),
        ("? [a, b]\n: 1\n", 1, "bad_key"),
        ("[" * 50_000, 1, "too_deep"),
        ("a: 1\nb: \x00\n", 2, "not_yaml"),
        ("# " + "x" * 1_000_000, 1, "file_too_large"),
        ("just words", 1, "need_mapping"),
    ],
)
def test_what_is_no_plain_yaml_mapping_is_refused(text: str, line: int, code: str) -> None:
    assert (line, code) in places(text)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    with pytest.raises(InstrumentError):
        load_instrument(text, "noise")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(SMALL) - 1), st.characters(), st.integers(0, 40))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    at: int, inserted: str, removed: int
) -> None:
    text = SMALL[:at] + inserted + SMALL[at + removed :]
    try:
        loaded = load_instrument(text, "damaged")
    except InstrumentError as error:
        problems = error.problems
    else:
        problems = ()
        assert loaded.instrument.items
    assert all(1 <= problem.line <= text.count("\n") + 2 for problem in problems)


def test_items_stand_in_the_order_of_the_sections_with_their_codes() -> None:
    codes = [item.code for item in small().items]
    assert codes == [
        "overall",
        "priority.gate",
        "priority.stairs",
        "priority.fees",
        *(
            f"tolerance.{area}.{role}"
            for area in ("gate", "stairs", "fees")
            for role in ("importance", "adequate", "desired", "perceived")
        ),
        "area.gate",
        "area.stairs",
        "area.fees",
        "experience.car",
        "experience.none",
        "attribute.gate.strict",
        "attribute.gate.barrier",
        "attribute.stairs.clean",
        "relationship.k1",
        "relationship.k2",
        "profile.who",
        "comment.wish",
        "contact",
        "contact.number",
    ]


def test_items_carry_what_the_statistics_and_the_pages_need() -> None:
    instrument = small()
    barrier = instrument.item("attribute.gate.barrier")
    assert barrier.role is ItemRole.PERFORMANCE
    assert (barrier.area, barrier.attribute, barrier.in_block) == ("gate", "barrier", True)
    assert barrier.show_if == "experience.car"
    assert instrument.item("tolerance.fees.perceived").role is ItemRole.PERCEIVED
    assert instrument.item("priority.gate").kind is ItemKind.TICK
    assert instrument.item("relationship.k2").reverse
    assert instrument.item("experience.none").exclusive
    wishes = [option.code for option in instrument.item("contact").options]
    assert wishes == ["office_or_hq", "hq_only", "no_reply"]


def test_the_name_of_the_area_stands_in_its_tolerance_question() -> None:
    item = small().item("tolerance.stairs.importance")
    assert item.text.in_language("zh-Hans") == "“楼道”有多重要？"
    assert item.text.in_language("en") == "How important is “Stairs”?"


def test_phrase_marks_are_kept_for_pages_and_left_out_of_print() -> None:
    text = small().item("overall").text
    assert text.in_language("zh-Hans") == "总的来说｜您满意吗？"
    assert text.plain("zh-Hans") == "总的来说您满意吗？"


def test_blocks_name_areas_and_sizes_follow_the_households() -> None:
    blocks = small().blocks
    assert blocks is not None
    assert blocks.blocks == (("gate", "stairs"), ("gate", "fees"), ("stairs", "fees"))
    assert [blocks.areas_offered(n) for n in (1, 99, 100, 5000)] == [3, 3, 2, 2]


def test_an_outside_data_set_needs_little_and_keeps_its_column_map() -> None:
    loaded = load_instrument(EXTERNAL, "outside.yaml")
    instrument = loaded.instrument
    assert [area.code for area in instrument.areas] == ["police", "parks"]
    assert instrument.area("police").name.in_language("en") == "police"
    assert instrument.item("area.police").scale == "five"
    assert instrument.item("tolerance.parks.perceived").role is ItemRole.PERCEIVED
    assert instrument.blocks is None
    assert loaded.columns["importance"] == ["priority_1", "priority_2", "priority_3"]
    assert loaded.columns["performance.police"] == "sat_police"
    assert loaded.columns["value_map"] == {"priority_1": {"cops": "police"}}


def test_the_committed_schema_is_the_one_the_code_makes() -> None:
    committed = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
    assert committed == json_schema()
