"""Charts: labels never collide, both faces show the same numbers, nothing can be injected."""

import json
import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import plotly.graph_objects as go
import pytest

from app.i18n import set_language
from app.reports import figures, matrix, plotly_figures, svg, zone_figure
from app.reports.charts import (
    BLUE,
    INK2,
    Area,
    Curve,
    Point,
    Segment,
    Words,
    round_step,
    text_width,
    ticks,
)
from app.reports.labels import Box, Labelled, Obstacle, place
from tests.unit.reports_charts.build import AREAS, ENGLISH_NAMES, NAMES, make_result

WIDTHS = (980.0, 800.0, 350.0)
DRAWINGS = (
    matrix.importance_performance,
    matrix.zone_matrix,
    figures.pfi_list,
    zone_figure.zone_rows,
    figures.attribute_levels,
)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def result():
    return make_result(3)


@pytest.fixture(autouse=True)
def chinese():
    set_language("zh-Hans")


def points_of(chart):
    return [mark for mark in chart.marks if isinstance(mark, Point)]


@pytest.mark.parametrize("seed", range(50))
def test_no_label_of_a_matrix_lies_on_another_or_on_a_mark(seed):
    result = make_result(seed, 150)
    for width in WIDTHS:
        assert matrix.importance_performance(result, NAMES, width).clash == 0
        assert matrix.zone_matrix(result, NAMES, width).clash == 0


def test_longer_english_labels_find_a_place_too_shortened_where_they_must():
    set_language("en")
    for seed in range(10):
        for width in WIDTHS:
            chart = matrix.importance_performance(make_result(seed, 150), ENGLISH_NAMES, width)
            assert chart.clash == 0


def test_labels_that_cannot_be_placed_are_reported_as_a_clash():
    crowd = [Labelled(10 + i, 10, 60, 15) for i in range(9)]
    assert place(crowd, Box(0, 0, 80, 40), []).clash > 0


def test_a_label_keeps_off_a_hard_obstacle_even_when_that_leads_it_away():
    wall = Obstacle(Box(0, 0, 200, 118), 60, hard=True)
    placed = place([Labelled(100, 100, 40, 15)], Box(0, 0, 200, 300), [wall])
    assert placed.clash == 0
    assert placed.offsets[0][1] > 18


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("drawing", DRAWINGS)
def test_the_svg_is_well_formed_titled_and_free_of_style_attributes(result, drawing, width):
    chart = drawing(result, NAMES, width)
    root = ET.fromstring(svg.draw(chart, suffix="x"))
    assert root.tag == f"{SVG}svg"
    named = [root.find(f"{SVG}{tag}") for tag in ("title", "desc")]
    assert [element.text for element in named] == [chart.title, chart.description]
    ids = " ".join(element.get("id") for element in named)
    assert root.get("aria-labelledby") == ids
    assert all("style" not in element.attrib for element in root.iter())


def test_words_from_outside_are_text_in_both_faces(result):
    evil = replace(NAMES, areas=dict.fromkeys(AREAS, "<script>\"&'</script>"))
    chart = matrix.importance_performance(result, evil, 980.0)
    root = ET.fromstring(svg.draw(chart))
    assert root.find(f".//{SVG}script") is None
    assert any(text.text == "<script>\"&'</script>" for text in root.iter(f"{SVG}text"))
    notes = plotly_figures.figure(chart)["layout"]["annotations"]
    assert not any("<" in note["text"] for note in notes)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("drawing", DRAWINGS)
def test_plotly_accepts_the_figure_and_draws_every_mark(result, drawing, width):
    chart = drawing(result, NAMES, width)
    figure = plotly_figures.figure(chart)
    assert json.loads(json.dumps(figure, allow_nan=False)) == figure
    drawn = go.Figure({"data": figure["data"], "layout": figure["layout"]})
    marks = len(points_of(chart)) + sum(isinstance(m, Curve) for m in chart.marks)
    assert len(drawn.data) == marks
    assert len(drawn.layout.annotations) == sum(isinstance(m, Words) for m in chart.marks)
    lines = sum(isinstance(m, Area | Segment) for m in chart.marks)
    assert len(drawn.layout.shapes) >= lines


def test_the_matrix_shows_the_numbers_of_the_study_with_their_intervals(result):
    chart = matrix.importance_performance(result, NAMES, 980.0)
    for item, point in zip(result.items, points_of(chart), strict=True):
        assert point.x == item.performance.value
        assert point.y == pytest.approx(100 * item.weight.value)
        assert point.x_interval == (item.performance.low, item.performance.high)
        assert (point.shape == "half") == item.on_the_line


def test_iso_curves_join_places_of_equal_pfi(result):
    chart = matrix.importance_performance(result, NAMES, 980.0)
    curves = [mark for mark in chart.marks if isinstance(mark, Curve)]
    assert curves
    for curve in curves:
        products = {round(y * (100 - x) / 100, 9) for x, y in curve.points}
        assert len(products) == 1


def test_the_marks_of_both_faces_stand_at_the_same_pixels(result):
    chart = matrix.importance_performance(result, NAMES, 980.0)
    layout = plotly_figures.figure(chart)["layout"]
    inner = layout["width"] - layout["margin"]["l"] - layout["margin"]["r"]
    low, high = layout["xaxis"]["range"]
    for point in points_of(chart):
        by_plotly = layout["margin"]["l"] + (point.x - low) / (high - low) * inner
        assert by_plotly == pytest.approx(chart.x.pixel(point.x))


def test_the_pfi_list_has_no_rank_and_no_bands_when_the_order_may_not_be_said():
    result = make_result(3, 60)
    assert not result.order_said
    chart = figures.pfi_list(result, NAMES, 980.0)
    words = [mark.text for mark in chart.marks if isinstance(mark, Words)]
    assert words == [NAMES.short(item.code) for item in result.items]
    assert not any(isinstance(mark, Area) for mark in chart.marks)


def test_established_and_borderline_zones_differ_in_shape_not_only_in_colour(result):
    chart = zone_figure.zone_rows(result, NAMES, 980.0)
    shapes = {}
    assert result.zones_order_said
    ordered = sorted(result.zones, key=lambda z: (z.adequacy.value, z.code))
    for zone, point in zip(ordered, points_of(chart), strict=True):
        shapes.setdefault((zone.status == "below_minimum", zone.established), set()).add(
            point.shape
        )
    assert shapes[(True, True)] == {"diamond"}
    assert all(shapes[key] == {"half"} for key in shapes if not key[1])


def test_words_over_the_zones_never_touch_even_where_their_marks_do():
    for texts in (
        ("能接受的最低", "现在做到", "心里的理想"),
        ("minimum", "reached now", "the ideal"),
    ):
        widths = [text_width(text, 12) for text in texts]
        for wanted in ([100.0, 101.0, 102.0], [4.0, 5.0, 300.0], [290.0, 299.0, 300.0]):
            middles = zone_figure.apart(wanted, widths, low=0.0, high=330.0)
            edges = [(m - w / 2, m + w / 2) for m, w in zip(middles, widths, strict=True)]
            assert edges[0][0] >= 0
            assert edges[-1][1] <= 330
            assert all(left[1] < right[0] for left, right in pairwise(edges))


@pytest.mark.parametrize("width", WIDTHS)
def test_the_axis_of_the_zones_ends_where_the_scale_does(result, width):
    wide = replace(result.zones[0].desired, value=9.8, low=9.3, high=10.3)
    zones = tuple(replace(zone, desired=wide) for zone in result.zones)
    chart = zone_figure.zone_rows(replace(result, zones=zones), NAMES, width)
    assert chart.x.high == 10


def test_nothing_of_a_result_without_order_is_bold_shaped_or_called_first():
    full = make_result(3)
    result = replace(full, order_said=False, zones_order_said=False)
    for drawing in DRAWINGS[:3]:
        chart = drawing(result, NAMES, 980.0)
        assert {point.shape for point in points_of(chart)} <= {"dot", "half"}
        assert {point.color for point in points_of(chart)} <= {BLUE, INK2}
        hovers = "".join(line for point in points_of(chart) for line in point.hover)
        words = "".join(mark.text for mark in chart.marks if isinstance(mark, Words))
        assert not any(word in hovers + words for word in ("先改", "前三", "第1", "分不出"))
    labels = [NAMES.short(item.code) for item in full.items]
    chart = figures.pfi_list(result, NAMES, 980.0)
    assert [m.text for m in chart.marks if isinstance(m, Words)] == labels
    bold = [m for m in chart.marks if isinstance(m, Words) and m.bold]
    assert not bold


def test_the_zone_list_is_sorted_and_shaped_by_its_own_answers_not_by_the_headline_ones():
    result = make_result(3)
    zones = tuple(replace(zone, band="A") for zone in result.zones)
    unsaid = replace(result, zones=zones, order_said=True, zones_order_said=False)
    assert {p.shape for p in points_of(matrix.zone_matrix(unsaid, NAMES, 980.0))} == {"dot"}
    labels = [NAMES.short(zone.code) for zone in zones]
    drawn = [m.text for m in zone_figure.zone_rows(unsaid, NAMES, 980.0).marks if is_label(m)]
    assert drawn == labels
    said = replace(unsaid, order_said=False, zones_order_said=True)
    assert {p.shape for p in points_of(matrix.zone_matrix(said, NAMES, 980.0))} == {"square"}


def is_label(mark):
    return isinstance(mark, Words) and mark.text in {NAMES.short(code) for code in AREAS}


@pytest.mark.parametrize(("span", "step"), [(10, 2), (20, 5), (100, 20), (0.9, 0.2), (0, 1)])
def test_axis_steps_are_round(span, step):
    assert round_step(span) == pytest.approx(step)


def test_ticks_use_a_true_minus_sign():
    assert [tick.label for tick in ticks(-2, 2, 2)] == ["−2", "0", "2"]


def test_rank_slots_fill_exactly_the_rank_interval():
    root = ET.fromstring(svg.rank_slots(2, 4, 9))
    drawn = {path.get("fill"): path.get("d", "") for path in root.iter(f"{SVG}path")}
    starts = {fill: [float(x) for x in re.findall(r"M([\d.]+) ", d)] for fill, d in drawn.items()}
    slots = sorted(starts["#ffffff"] + starts[BLUE])
    assert [slots.index(left) + 1 for left in starts[BLUE]] == [2, 3, 4]
    assert len(slots) == 9
