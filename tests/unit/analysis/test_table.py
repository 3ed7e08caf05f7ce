"""Tables in a terminal: columns line up, and words say what numbers alone do not."""

from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from app.analysis.data.cells import make_cells
from app.analysis.plan import make_plan
from app.analysis.results.comparison import Contrast, TrendResult, WaveComparison
from app.analysis.results.estimate import Estimate
from app.analysis.results.study import StudyResult
from app.analysis.simulation.simulate import make_truth, simulate_dataset
from app.analysis.study import run_study
from app.cli.study import run
from app.cli.study_table import study_table
from app.cli.table_words import p_text
from app.cli.text_table import padded, table, width
from app.i18n import set_language
from app.reports.wording import Names
from tests.unit.analysis.builders import make_dataset, ratings

AREAS = {"security": ("gate", "patrol"), "cleaning": ("stairs",), "repairs": ("speed",)}
NAMES = Names({"security": "安全", "cleaning": "清洁", "repairs": "维修"}, {}, {})


@pytest.fixture(scope="module")
def result() -> StudyResult:
    rng = np.random.default_rng(5)
    cells = make_cells(simulate_dataset(rng, make_truth(rng, AREAS), 160))
    usual = make_plan(cells.layout.columns, population=300)
    plan = replace(
        usual, gaps=True, boxes=True, drivers=True, compare_communities=True, suppress=False
    )
    return run_study(cells, plan)


def test_a_chinese_character_takes_two_columns_and_a_combining_mark_none() -> None:
    assert [width(text) for text in ("abc", "满意", "（a）", "e\u0301", "")] == [3, 4, 5, 1, 0]
    assert padded("满意", 6) == "满意  "
    assert padded("满意", 6, right=True) == "  满意"
    assert padded("满意", 3) == "满意"


def test_numbers_end_and_words_begin_in_the_same_column() -> None:
    lines = table(
        ["方面", "n", "Status"], [["安全", "7", "ok"], ["abc", "120", "一般"]], words=(0, -1)
    )
    assert lines == [
        "方面    n  Status",
        "────  ───  ──────",
        "安全    7  ok",
        "abc   120  一般",
    ]


def test_every_line_of_a_table_is_as_wide_as_its_rule_at_most(result: StudyResult) -> None:
    lines = study_table(result, NAMES).splitlines()
    rules = [k for k, line in enumerate(lines) if line.startswith("──")]
    assert len(rules) >= 6
    for k in rules:
        # The head stands above the rule, the first row below it.
        assert max(width(lines[k - 1]), width(lines[k + 1])) <= width(lines[k])


def test_the_table_says_index_interval_order_and_what_cannot_be_told_apart(
    result: StudyResult,
) -> None:
    set_language("en")
    text = study_table(result, NAMES)
    index = result.index
    assert f"{index.value:.1f} ({index.low:.1f} to {index.high:.1f})" in text
    assert "160 / 300" in text
    tied = next(item for item in result.items if item.tied)
    line = next(one for one in text.splitlines() if one.startswith(f"{NAMES.area(tied.code)}: "))
    assert "cannot be told apart from: " in line
    assert all(NAMES.area(code) in line for code in tied.tied)
    for heading in ("What to improve first", "Zones of tolerance", "Top and bottom boxes"):
        assert f"== {heading} ==" in text


def test_what_may_not_be_said_is_a_dash_and_the_reason_stands_below() -> None:
    set_language("en")
    data = make_dataset(ratings({"security": [4, 5] * 6, "cleaning": [2, 3] * 6}))
    small = run_study(make_cells(data), make_plan(data.columns))
    lines = study_table(small, NAMES).splitlines()
    row = next(line for line in lines if line.startswith("安全"))
    assert row.split()[-1] == "—"
    assert "The answers are too few to say what to improve first." in lines


def test_each_change_carries_its_verdict_in_words(result: StudyResult) -> None:
    set_language("en")

    def contrast(code: str, change: float, verdict: str) -> Contrast:
        said = Estimate(change, 1.0, change - 2, change + 2, 100, 29)
        return Contrast(code, 60 + change, 60.0, said, 0.01, 0.0004, True, True, verdict)

    step = WaveComparison(
        before="2025-12", after="2026-06", n_before=100, n_after=160, groups=30, linked=False,
        conservative=True, indicative=False, smallest=2.0, index=contrast("index", 4.5, "real"),
        index_own=None, by_performance=None, by_weights=None, overall=None,
        overall_satisfied=None, performance=(contrast("repairs", 0.5, "cannot_tell"),),
        satisfied=(), pfi=(), attributes=(),
    )  # fmt: skip
    text = study_table(replace(result, trend=TrendResult("2025-12", (), (step,))), NAMES)
    rows = [line.split("  ") for line in text.splitlines()]
    index = next(row for row in rows if row[0].startswith("Index at the weights of 2025-12"))
    assert index[-1] == "real"
    assert "+4.5 (2.5 to 6.5)" in " ".join(index)
    assert "<.001" in " ".join(index)
    repairs = [row for row in rows if row[0] == "维修"]
    assert any(row[-1] == "cannot be told" for row in repairs)
    assert "intervals are conservative" in text


def test_the_column_of_changes_is_not_called_as_a_button_is(result: StudyResult) -> None:
    set_language("zh-Hans")
    said = Estimate(4.5, 1.0, 2.5, 6.5, 100, 29)
    one = Contrast("index", 64.5, 60.0, said, 0.01, 0.0004, True, True, "real")
    step = WaveComparison(
        before="2025-12", after="2026-06", n_before=100, n_after=160, groups=30, linked=True,
        conservative=False, indicative=False, smallest=2.0, index=one, index_own=None,
        by_performance=None, by_weights=None, overall=None, overall_satisfied=None,
        performance=(), satisfied=(), pfi=(), attributes=(),
    )  # fmt: skip
    text = study_table(replace(result, trend=TrendResult("2025-12", (), (step,))), NAMES)
    head = next(line for line in text.splitlines() if "2026-06" in line and "Holm" in line)
    assert "变化" in head
    assert "修改" not in head


def test_why_there_are_no_drivers_is_said_in_words_and_once(result: StudyResult) -> None:
    assert result.drivers is not None
    reasons = ("few_pairs", "few_pairs")
    none = replace(result.drivers, source=None, refusals=reasons, items=())
    for language, words in (
        ("en", "fewer than 150 households rated it together with overall satisfaction"),
        ("zh-Hans", "与总体满意度一同作答的不足150户"),
    ):
        set_language(language)
        text = study_table(replace(result, drivers=none), NAMES)
        assert text.count(words) == 1
        assert "few_pairs" not in text


def test_a_p_value_has_three_digits_and_never_reads_zero() -> None:
    assert [p_text(p) for p in (None, 0.0, 0.0009, 0.25, 1.0)] == [
        "—",
        "<.001",
        "<.001",
        ".250",
        "1.000",
    ]


def test_the_command_wants_a_file_or_a_table(tmp_path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("a\n1\n", "utf-8")
    done = CliRunner().invoke(run, ["--data", str(data)])
    assert done.exit_code == 2
    assert "--out, --table or both" in done.output
    done = CliRunner().invoke(run, ["--data", str(data), "--table", "--language", "en"])
    assert done.exit_code == 1
    assert "name the instrument file" in done.output
