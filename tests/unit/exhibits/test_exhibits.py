"""Exhibits: the chart and the table say the same, with what they rest on, and collide nowhere."""

import csv
import re
from dataclasses import replace
from datetime import date
from io import BytesIO, StringIO
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest

from app.analysis.results.comparison import Contrast, SegmentEntry
from app.analysis.results.estimate import Estimate
from app.i18n import set_language
from app.reports import labels, matrix, plotly_figures, svg
from app.reports.charts import Point, Words, label_box
from app.reports.exhibits.codes import CodeNames, code_names, variable_name
from app.reports.exhibits.exhibit import Event, Source
from app.reports.exhibits.registry import BUILDERS, PAGES, build
from app.reports.exhibits.table import (
    COUNT,
    NUMBER,
    SHARE,
    Head,
    Row,
    Table,
    cell_ends,
    cell_text,
)
from app.reports.exhibits.time import last_step
from app.reports.exhibits.verdicts import noticed_words, since_last, withheld_word
from app.reports.exhibits.worked import worked
from app.reports.study_inputs import ESTATE_AGE
from app.reports.table_files import to_csv, to_xlsx
from app.surveys.snapshot.homes import estate_age
from tests.factories import perception_instrument
from tests.unit.reports_charts.build import ENGLISH_NAMES, NAMES, make_result
from tests.unit.reports_charts.rich import make_rich_result

WIDTHS = (980.0, 620.0, 350.0)
DAYS = {"2026-06": date(2026, 6, 22), "2026-11": date(2026, 11, 30)}


@pytest.fixture(autouse=True)
def english():
    set_language("en")


def source(result=None, **values):
    result = result or make_rich_result()
    codes = code_names(perception_instrument(), "en")
    given = {"returned": result.n, "base": 750, "closed": DAYS} | values
    return Source(result=result, names=ENGLISH_NAMES, codes=codes, **given)


def test_a_full_result_has_every_exhibit_and_every_exhibit_stands_on_a_page():
    assert [name for name in BUILDERS if build(name, source()) is None] == []
    assert {name for names in PAGES.values() for name in names} == set(BUILDERS)


@pytest.mark.parametrize("name", BUILDERS)
def test_every_exhibit_says_its_n_and_draws_at_every_width_without_a_clash(name):
    exhibit = build(name, source())
    assert exhibit is not None
    assert re.search(r"\d", exhibit.note) or name == "satisfied"
    assert all(len(row.cells) == len(exhibit.table.heads) for row in exhibit.table.rows)
    if exhibit.draw is None:
        return
    for width in WIDTHS:
        chart = exhibit.draw(width)
        assert chart.clash == 0
        ET.fromstring(svg.draw(chart))
        assert cut(chart) == []


@pytest.mark.parametrize("name", ["pfi", "areas", "rollups", "changes", "kinds", "arrival"])
def test_the_table_holds_a_row_for_every_mark_of_the_chart(name):
    exhibit = build(name, source())
    marks = [m for m in exhibit.draw(980.0).marks if isinstance(m, Point)]
    drawn = len(marks) if marks else len(exhibit.table.rows)
    assert drawn == len(exhibit.table.rows)


def test_a_result_of_few_answers_leaves_out_what_it_cannot_say_and_never_fails():
    few = make_result(5, 18)
    there = [name for name in BUILDERS if build(name, source(few)) is not None]
    assert "pfi" not in there
    assert "matrix" not in there
    assert "areas" in there


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_twenty_eight_attributes_find_a_place_for_every_label(width, language):
    set_language(language)
    names = NAMES if language == "zh-Hans" else ENGLISH_NAMES
    result = make_rich_result()
    assert len(matrix.placed_attributes(result)) == 28
    chart = matrix.attribute_matrix(result, names, width)
    assert chart.clash == 0
    assert overlaps(chart) == 0


def cut(chart):
    """Return the words that reach over the edge of the drawing."""
    found = []
    for mark in chart.marks:
        if isinstance(mark, Words) and not mark.turned:
            at = chart.x.pixel(mark.x)
            left, _top, right, _bottom = label_box(mark)
            if at + left < -1 or at + right > chart.width + 1:
                found.append((mark.text, round(at + left), round(at + right)))
    return found


def overlaps(chart):
    """Return the area where words lie on words or on the middle of marks, square pixels."""
    boxes = []
    for mark in chart.marks:
        if isinstance(mark, Words) and not mark.turned:
            x, y = chart.x.pixel(mark.x), chart.y.pixel(mark.y)
            left, top, right, bottom = label_box(mark)
            boxes.append(labels.Box(x + left, y + top, x + right, y + bottom))
        elif isinstance(mark, Point):
            x, y = chart.x.pixel(mark.x), chart.y.pixel(mark.y)
            boxes.append(labels.Box(x - 3, y - 3, x + 3, y + 3))
    words = [
        k
        for k, mark in enumerate(m for m in chart.marks if isinstance(m, Words | Point))
        if isinstance(mark, Words)
    ]
    return sum(boxes[i].overlap(boxes[j]) for i in words for j in range(len(boxes)) if i != j)


@pytest.mark.parametrize("seed", range(6))
def test_no_fixed_word_of_a_matrix_lies_on_a_mark_or_on_another_word(seed):
    result = make_result(seed, 150)
    for names, language in ((NAMES, "zh-Hans"), (ENGLISH_NAMES, "en")):
        set_language(language)
        for width in WIDTHS:
            assert overlaps(matrix.importance_performance(result, names, width)) == 0


def test_a_cell_reads_as_its_kind_asks_and_nothing_known_is_a_dash():
    share = Estimate(0.254, None, 0.2, 0.31, 120)
    mean = Estimate(-1.26, 0.2, -1.6, -0.9, 120, 29)
    assert cell_text(Head("x", SHARE, 1), share) == "25.4%"
    assert cell_ends(Head("x", SHARE, 0, ends=True), share) == "20 to 31%"
    assert cell_text(Head("x", NUMBER, 1), mean) == "−1.3"
    assert cell_ends(Head("x", NUMBER, 1, ends=True), mean) == "−1.6 to −0.9"
    assert cell_text(Head("x", COUNT), 1234) == "1,234"
    assert cell_text(Head("x", NUMBER), None) == "—"
    assert cell_text(Head("x", SHARE), Estimate(None, None, 0.1, 0.4, 3)) == "—"
    # One of 12: a share of so few reads as a limit (floors.py).
    assert cell_text(Head("x", SHARE, 0), Estimate(1 / 12, None, 0, 0.4, 12)) == "at most 8%"


def test_a_file_of_a_table_holds_the_digits_shown_intervals_and_no_formula():
    heads = (Head("Level", NUMBER, 1, ends=True), Head("Word"))
    rows = (Row("=1+1", (Estimate(42.123456, 1.0, 40.0, 44.0, 31), "@x"), ("indicative",)),)
    made = Table("t", "Levels: all", "Part", heads, rows, note="-note")
    lines = list(csv.reader(StringIO(to_csv(made, [("Community", "+a")]))))
    assert lines[0] == ["\ufeffCommunity", "'+a"]
    assert lines[1] == [
        "Part",
        "Level",
        "Level, lower 95%",
        "Level, upper 95%",
        "Level, answers",
        "Word",
        "Remarks",
    ]
    assert lines[2] == ["'=1+1", "42.1", "40.0", "44.0", "31", "'@x", "indicative"]
    book = to_xlsx(made, [("Community", "+a")], company="c", day=date(2026, 11, 30))
    with ZipFile(BytesIO(book)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<v>42.1</v>" in sheet


def test_what_changed_is_called_real_only_where_the_test_says_so():
    result = make_rich_result()
    step = last_step(source(result))
    assert step is not None
    assert step.index.verdict == "real"
    assert "a real change" in since_last(step)
    for verdict, words in (("noise", "within noise"), ("too_small", "too small to matter")):
        other = replace(step, index=replace(step.index, verdict=verdict))
        assert words in since_last(other)
        assert "a real change" not in since_last(other)
    assert "No earlier campaign" in since_last(None)


def test_a_trend_names_events_by_number_and_joins_real_steps_only():
    events = (
        Event(date(2026, 8, 1), date(2026, 8, 9), "works"),
        Event(date(2026, 8, 3), date(2026, 8, 20), "fees"),
    )
    chart = build("trend", source(events=events)).draw(980.0)
    numbers = [mark for mark in chart.marks if isinstance(mark, Words) and mark.text in "①②"]
    assert [mark.text for mark in numbers] == ["①", "②"]
    places = [chart.x.pixel(mark.x) for mark in numbers]
    assert places[1] - places[0] >= 14


def test_company_drivers_are_said_to_be_the_company_s():
    result = make_rich_result()
    borrowed = replace(result.drivers, source="company", communities=12)
    exhibit = build("drivers", source(replace(result, drivers=borrowed)))
    assert "all 12 communities of the company" in exhibit.note
    assert "fewer than 150" in exhibit.note


def test_the_worked_formulas_give_the_numbers_of_the_result():
    result = make_rich_result()
    lines = worked(source(result))
    assert lines["rate"] == "480 / 750 = 64.0%"
    assert lines["index"].endswith(f"= {result.index.value:.2f}")
    satisfied = round(result.overall_satisfied.value * 480)
    assert lines["satisfied"].startswith(f"{satisfied} / 480 = ")
    # 0.64 x s and 0.64 x s + 0.36, worked by hand from the satisfied share s.
    share = result.overall_satisfied.value
    assert f"{64 * share:.1f}%" in lines["silent"]
    assert lines["silent"].endswith(f"= {64 * share + 36:.1f}%")
    low, high = result.index.low, result.index.high
    assert lines["interval"].endswith(f"{low:.2f} to {high:.2f}")


def test_unknown_codes_are_their_own_names():
    names = CodeNames()
    assert names.part("factor", "odd") == "odd"
    assert names.level("years", "x") == "x"
    assert names.level("building", "7") == "Building 7"
    assert names.point("renew", 3) == "3"


def moved(value, low, high, verdict):
    return Contrast("fees", 60 + value, 60.0, Estimate(value, 1.0, low, high, 200), verdict=verdict)


@pytest.mark.parametrize(
    ("contrast", "said"),
    [
        (moved(4.0, 1.0, 7.0, "real"), "it works"),
        (moved(-4.0, -7.0, -1.0, "real"), "lower than before"),
        (moved(0.3, -1.0, 1.6, "noise"), "have not noticed"),
        (moved(1.9, -0.1, 3.8, "cannot_tell"), "cannot be told"),
        (None, "cannot be told"),
    ],
)
def test_that_owners_have_not_noticed_is_said_only_where_it_is_known(contrast, said):
    assert said in noticed_words(contrast)


def test_a_part_withheld_for_anothers_sake_is_not_called_too_small():
    small, large = ("4", 4, "small"), ("65", 65, "complementary")
    entries = tuple(
        SegmentEntry(value, n, (), hidden=(("index", why), ("overall", why)))
        for value, n, why in (small, large)
    )
    result = make_rich_result()
    parts = replace(result, segments=(replace(result.segments[0], entries=entries),))
    rows = {row.name: row.cells for row in build("segments", source(parts)).table.rows}
    assert "withheld: too few homes" in rows["Building 4"]
    assert "withheld, else another group could be worked out" in rows["Building 65"]
    assert rows["Building 65"][0] is None  # its n would give the small one away
    assert withheld_word("complementary") != withheld_word("small")


def test_every_age_of_a_community_has_words():
    codes = code_names(perception_instrument(), "en")
    assert variable_name(ESTATE_AGE) != ESTATE_AGE
    days = (date(2025, 1, 1), date(2019, 1, 1), date(2010, 1, 1), date(1990, 1, 1))
    for band in (estate_age(day, date(2026, 11, 30)) for day in days):
        assert codes.level(ESTATE_AGE, band) != band


def test_figures_for_screens_carry_no_more_digits_than_can_be_seen():
    for name in BUILDERS:
        exhibit = build(name, source())
        if exhibit.draw is None:
            continue
        for trace in plotly_figures.figure(exhibit.draw(980.0))["data"]:
            if trace.get("mode") == "markers":
                ends = [*trace["error_x"].get("array", ()), *trace["error_x"].get("arrayminus", ())]
                assert all(value == round(value, 3) for value in (*trace["x"], *ends)), name
