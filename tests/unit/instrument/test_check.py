"""Meaning checks: each refusal and each warning, with the exact line."""

import pytest

from app.surveys.instrument.check import check_instrument
from app.surveys.instrument.load import load_instrument
from app.surveys.instrument.messages import MESSAGES, format_problem
from app.surveys.instrument.problems import ERROR, WARNING, Problem
from app.surveys.instrument.report import report
from tests.unit.instrument.examples import EXTERNAL, PUBLISHED, SMALL, changed, line_of


def found(text: str) -> list[Problem]:
    return list(check_instrument(load_instrument(text, "file.yaml")))


def only(text: str) -> tuple[int, str, str]:
    (problem,) = found(text)
    return problem.line, problem.code, problem.level


def test_the_small_example_is_sound() -> None:
    assert found(SMALL) == []


def test_the_outside_example_is_sound() -> None:
    assert found(EXTERNAL) == []


def test_the_published_questionnaire_has_neither_errors_nor_warnings() -> None:
    assert found(PUBLISHED.read_text(encoding="utf-8")) == []


# The third text is the passage on whose line the problem must be reported.
REFUSALS = [
    # references to nothing
    ("ask: {rate: areas, on: five}", "ask: {rate: areas, on: six}", "", "unknown_scale"),
    (
        "    department: office\nblocks:",
        "    department: ofice\nblocks:",
        "    department: ofice",
        "unknown_department",
    ),
    (
        "        departments: [office]\n        show_if: car",
        "        departments: [nobody]\n        show_if: car",
        "        departments: [nobody]",
        "unknown_department",
    ),
    ("valid_needs: {overall: 1,", "valid_needs: {overal: 1,", "", "unknown_item"),
    ("areas: 2}\ndepartments", "areas: 9}\ndepartments", "valid_needs:", "needs_too_many"),
    # names that pages of the questionnaire have already
    ("  - id: overall", "  - id: review", "", "reserved_section"),
    ("  - id: priorities", "  - id: receipt", "", "reserved_section"),
    ("  - id: experience", "  - id: submit", "", "reserved_section"),
    ("  - id: about", "  - id: check", "", "reserved_section"),
    # scales
    ("points: [1, 2, 3, 4, 5]", "points: [5, 4, 3, 2, 1]", "", "scale_order"),
    ("points: [1, 2, 3, 4, 5]", "points: [1, 2, 3, 5, 6]", "", "scale_order"),
    ("satisfied: [4, 5]", "satisfied: [1, 2]", "", "scale_without_direction"),
    (", 5: {zh-Hans: 很满意, en: good}}", "}", "  five:", "scale_without_direction"),
    ("satisfied: [4, 5]", "satisfied: [4, 5, 6]", "", "no_such_point"),
    (
        ", 5: {zh-Hans: 很满意, en: good}}",
        ", 5: {zh-Hans: 好, en: good}, 6: {zh-Hans: 很好, en: more}}",
        "",
        "no_such_point",
    ),
    # measures
    (
        "measures: [importance, adequate, desired, perceived]",
        "measures: [importance, adequate, perceived]",
        "",
        "role_without_partner",
    ),
    (
        "      number: {text: {zh-Hans: 电话, en: Telephone}}",
        "      number: {text: {zh-Hans: 电话<b>, en: Telephone}}",
        "",
        "markup",
    ),
    # conditions
    ("show_if: car", "show_if: boat", "", "unknown_condition"),
    (
        "    text: {zh-Hans: 再细一点？, en: In more detail?}\n    elder: false",
        "    text: {zh-Hans: 再细一点？, en: In more detail?}",
        "        show_if: car",
        "condition_never_elder",
    ),
    # blocks
    ("    - [2, 3]\n", "    - [1, 2]\n", "  design:", "pair_never_meets"),
    ("    - [2, 3]\n", "    - [2, 3, 1]\n", "    - [2, 3, 1]", "block_size"),
    ("    - {under: 100, areas: 3}", "    - {under: 100, areas: 4}", "", "offer_impossible"),
    ("    - {areas: 2}", "    - {under: 50, areas: 2}", "  offered:", "sizes_order"),
    ("areas: {2: 4, 3: 5}", "areas: {3: 5}", "minutes:", "minutes_missing"),
    ("areas: {2: 4, 3: 5}", "areas: {2: 1, 3: 5}", "", "longer_than_promised"),
    ("  elder: 4", "  elder: 1", "", "longer_than_promised"),
    # texts
    (
        "title: {zh-Hans: 小问卷, en: Small survey}",
        "title: {zh-Hans: 小问卷}",
        "",
        "missing_translation",
    ),
    ("en: Small survey}", 'en: " "}', "", "missing_translation"),
    ("en: Small survey}", "en: Small survey, fr: Petit}", "", "language_not_listed"),
    ("en: Stairs are clean}", "en: Stairs &amp; hall}", "", "markup"),
    ("en: Stairs are clean}", 'en: "Is {area} clean"}', "", "unknown_placeholder"),
    ("en: And now?}", 'en: "And {nwo}?"}', "", "unknown_placeholder"),
    ("{zh-Hans: 他们在意我家,", "{zh-Hans: 您的身份证号,", "", "private_data"),
    (
        "      perceived: {zh-Hans: 现在几分？, en: And now?}\n",
        "",
        "  - id: tolerance",
        "missing_wording",
    ),
    (
        "    text: {zh-Hans: 哪些最要紧？, en: Which matter most?}\n",
        "",
        "  - id: priorities",
        "missing_key",
    ),
    ("    name: {zh-Hans: 收费, en: Fees}\n", "", "  - code: fees", "missing_key"),
]


@pytest.mark.parametrize(("old", "new", "passage", "code"), REFUSALS)
def test_a_mistake_of_meaning_is_refused_on_its_line(
    old: str, new: str, passage: str, code: str
) -> None:
    text = changed(old, new)
    errors = [problem for problem in found(text) if problem.level == ERROR]
    assert [(p.line, p.code) for p in errors] == [(line_of(text, passage or new), code)]


WARNINGS = [
    ("en: Stairs are clean}", 'en: "Stairs are clean, and the lift works"}', "double_question"),
    ("{zh-Hans: 楼道干净,", "{zh-Hans: 楼道干净而且明亮,", "double_question"),
    ("{zh-Hans: 楼道干净,", f"{{zh-Hans: {'楼道' * 21},", "long_text"),
    ("{zh-Hans: 哪些最要紧？,", "{zh-Hans: 哪些最需要改进？,", "improvement_wording"),
    ("{zh-Hans: 有哪些情况？,", '{zh-Hans: "有哪些情况?",', "half_width_punctuation"),
]


@pytest.mark.parametrize(("old", "new", "code"), WARNINGS)
def test_doubtful_wording_is_warned_of_on_its_line(old: str, new: str, code: str) -> None:
    text = changed(old, new)
    assert only(text) == (line_of(text, new), code, WARNING)


def test_an_instrument_without_importance_is_refused() -> None:
    text = SMALL
    start, end = text.index("  - id: priorities"), text.index("  - id: areas")
    text = text[:start] + text[end:]
    errors = [p for p in found(text) if p.level == ERROR]
    assert [(p.line, p.code) for p in errors] == [(line_of(text, "sections:"), "no_importance")]


def test_importance_asked_after_performance_is_refused_at_its_section() -> None:
    start, end = SMALL.index("  - id: priorities"), SMALL.index("  - id: tolerance")
    block = SMALL[start:end]
    text = SMALL.replace(block, "").replace("  - id: experience", block + "  - id: experience")
    assert only(text) == (
        line_of(text, "  - id: priorities"),
        "importance_after_performance",
        ERROR,
    )


def test_a_condition_asked_later_is_refused_where_it_stands() -> None:
    start, end = SMALL.index("  - id: experience"), SMALL.index("  - id: attributes")
    block = SMALL[start:end]
    text = SMALL.replace(block, "").replace("  - id: about", block + "  - id: about")
    assert only(text) == (line_of(text, "show_if: car"), "condition_later", ERROR)


def test_comments_without_a_contact_wish_are_refused() -> None:
    text = SMALL[: SMALL.index("    contact:")]
    assert only(text) == (line_of(text, "  - id: comment"), "comment_without_contact", ERROR)


def test_attributes_that_are_never_asked_are_refused() -> None:
    start, end = SMALL.index("  - id: attributes"), SMALL.index("  - id: relationship")
    text = SMALL[:start] + SMALL[end:]
    codes = {(p.line, p.code) for p in found(text) if p.level == ERROR}
    first = line_of(text, "    attributes:")
    assert (first, "attributes_never_asked") in codes


def test_the_three_levels_of_tolerance_must_share_their_points() -> None:
    old = "ask: {rate: offered areas, on: ten}"
    new = "ask: {rate: offered areas, on: {all: ten, perceived: five}}"
    text = changed(old, new)
    assert only(text) == (line_of(text, new), "tolerance_scales_differ", ERROR)


def test_a_scale_nobody_uses_is_warned_of() -> None:
    old = "areas:\n  - code: gate"
    extra = "  spare:\n    points: [0, 1]\n    labels: {0: {zh-Hans: 否, en: no}, "
    text = changed(old, f"{extra}1: {{zh-Hans: 是, en: yes}}}}\n{old}")
    assert only(text) == (line_of(text, "  spare:"), "unused_scale", WARNING)


def test_more_than_eight_tolerance_areas_for_one_household_are_warned_of() -> None:
    areas = "".join(
        f"  - code: more{i}\n    name: {{zh-Hans: 方面{i}, en: Area {i}}}\n    department: office\n"
        for i in range(6)
    )
    start, end = SMALL.index("blocks:"), SMALL.index("sections:")
    text = SMALL[:start] + areas + SMALL[end:]
    text = changed("areas: {2: 4, 3: 5}", "areas: {9: 20}", text)
    assert [(p.code, p.data["count"]) for p in found(text)] == [("many_tolerance_areas", 9)]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("  performance.police: sat_police", "  performance.polise: sat_police", "unknown_area"),
        ("  performance.police: sat_police", "  perform.police: x", "unknown_column_key"),
        ("  overall: overall_quality", "  overal: overall_quality", "unknown_column_key"),
    ],
)
def test_a_column_map_may_only_speak_of_known_things(old: str, new: str, code: str) -> None:
    text = changed(old, new, EXTERNAL)
    assert only(text) == (line_of(text, new), code, ERROR)


def test_every_code_of_a_problem_has_a_sentence_in_both_languages() -> None:
    for english, chinese in MESSAGES.values():
        assert english.isascii() or any(mark in english for mark in "“”")
        assert any("一" <= sign <= "鿿" for sign in chinese)


def test_a_problem_is_told_with_its_place_and_what_to_do() -> None:
    problem = Problem("areas[2].department", 12, 5, "unknown_department", {"word": "x"})
    assert format_problem(problem, "zh-Hans") == (
        "第 12 行第 5 列（areas[2].department）　错误：没有部门“x”。请在 departments 中加上。"
    )
    assert format_problem(problem, "en") == (
        "line 12, column 5 (areas[2].department): error: "
        "There is no department “x”. Add it to departments."
    )


def test_every_refusal_of_this_file_can_be_told_in_both_languages() -> None:
    for old, new, _passage, _code in REFUSALS:
        for problem in found(changed(old, new)):
            for language in ("zh-Hans", "en"):
                line = format_problem(problem, language)
                assert "{" not in line.replace("{area}", "").replace("{nwo}", "")
                assert str(problem.line) in line


def test_the_report_of_a_bad_file_counts_and_lists_its_problems() -> None:
    text = changed("show_if: car", "show_if: boat")
    lines, is_good = report(text.encode(), "file.yaml", "zh-Hans")
    assert not is_good
    first, second = lines.splitlines()
    assert first == "file.yaml：1 处错误，0 处提醒"
    assert second.startswith("第 39 行第 9 列（areas[0].attributes[1].show_if）　错误：条件“boat”")


def test_the_report_of_a_good_file_names_its_digest() -> None:
    lines, is_good = report(SMALL.encode(), "small.yaml", "en")
    assert is_good
    assert lines.splitlines()[0] == "small.yaml: nothing wrong"
    assert len(lines.splitlines()[-1].removeprefix("SHA-256 ")) == 64


def test_a_file_in_another_encoding_is_refused_with_its_line() -> None:
    content = SMALL.replace("小问卷", "小问卷").encode("gb18030")
    lines, is_good = report(content, "small.yaml", "zh-Hans")
    assert not is_good
    assert lines.splitlines()[1] == "第 5 行第 1 列　错误：文件不是 UTF-8 编码。请另存为 UTF-8。"
