"""Figures of a month: counted by hand here, exact, and the same after they were stored."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reports import svg
from app.reports.charts import label_box
from app.reports.complaints.lines import Cell, groups_of, signed
from app.reports.complaints.pictures import Bar, MonthBar, month_bars, pareto_bars
from app.service.complaints.papers.figures import (
    Compared,
    Fact,
    MonthFigures,
    count_month,
    decided,
    from_json,
    pareto,
    permille,
    rate,
    to_json,
)
from app.service.complaints.papers.months import run

MONTH = date(2026, 10, 1)
DUE = datetime(2026, 10, 9, 16, tzinfo=UTC)
EARLY, LATE = DUE.replace(hour=15), DUE
NOW = datetime(2026, 10, 20, tzinfo=UTC)
# Eight complaints, counted by hand below.
FACTS = (
    Fact("facilities", "lift", "phone", "valid", due_at=DUE, answered_at=EARLY, rings=3, minutes=3),
    Fact("facilities", "lift", "phone", "valid", due_at=DUE, answered_at=LATE, rings=4, minutes=4),
    Fact("facilities", "leak", "letter", "valid", due_at=DUE, is_major=True, is_grouped=True),
    Fact("service", "manners", "wechat", "help", was_converted=False, due_at=NOW.replace(day=21)),
    Fact(
        "service",
        "manners",
        "app",
        "valid",
        was_converted=True,
        due_at=DUE,
        answered_at=EARLY,
        extensions=2,
        is_called_back=True,
        view="satisfied",
    ),
    Fact(
        "fees",
        "bill",
        "phone",
        "consult",
        due_at=DUE,
        answered_at=EARLY,
        is_called_back=True,
        view="dissatisfied",
        reopened=1,
        rings=1,
    ),
    Fact(
        "fees",
        "bill",
        "phone",
        "vent",
        due_at=DUE,
        answered_at=EARLY,
        is_repeat=True,
        is_called_back=True,
    ),
    Fact(None, None, "app", None, due_at=NOW.replace(day=21)),
)


def test_a_month_is_counted_as_by_hand():
    figures = count_month(MONTH, FACTS, now=NOW)

    assert figures == MonthFigures(
        month=MONTH,
        received=8,
        by_class={"facilities": 3, "fees": 2, "service": 2, "unclassified": 1},
        by_code={"bill": 2, "lift": 2, "manners": 2, "leak": 1},
        by_channel={"phone": 4, "app": 2, "letter": 1, "wechat": 1},
        by_kind={"valid": 4, "consult": 1, "help": 1, "unclassified": 1, "vent": 1},
        converted=1,
        major=1,
        answered=5,
        kept=4,  # the answer at the very instant of the end came too late
        missed=2,
        running=2,
        extended=1,
        extensions=2,
        repeats=1,
        grouped=1,
        reopened=1,
        called_back=3,
        satisfied=1,
        neutral=0,
        dissatisfied=1,
        rings_known=3,
        rings_kept=2,
        arrivals_known=2,
        arrivals_kept=1,
    )


@given(st.lists(st.sampled_from(FACTS), max_size=40))
def test_parts_add_up_to_the_whole(facts):
    figures = count_month(MONTH, facts, now=NOW)

    assert decided(figures) + figures.running == figures.received == len(facts)
    for counts in (figures.by_class, figures.by_channel, figures.by_kind):
        assert sum(counts.values()) == figures.received
    compared = Compared(figures, count_month(MONTH, FACTS, now=NOW), MonthFigures(MONTH))
    assert from_json(to_json(compared)) == compared


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(1, 3, 333), (2, 3, 667), (1, 2000, 1), (5, 5, 1000), (0, 0, None)],
)
def test_a_share_is_rounded_in_whole_numbers(part, whole, expected):
    assert permille(part, whole) == expected


def test_no_rate_is_said_below_ten():
    assert (rate(9, 9), rate(10, 10)) == (None, 1000)
    assert (Cell(8, 9).text, Cell(9, 11).text, Cell(0, 0).text) == ("8 / 9", "9 / 11 (81.8%)", "—")


def test_the_lines_hold_every_figure_beside_the_month_before():
    now, before = count_month(MONTH, FACTS, now=NOW), count_month(MONTH, FACTS[:3], now=NOW)
    groups = groups_of(Compared(now, before, MonthFigures(MONTH)), {"lift": "电梯停运"})
    lines = {line.key: line for group in groups for line in group.lines}

    assert (lines["received"].now.text, lines["received"].change) == ("8", "+5")
    assert lines["code.lift"].label == "电梯停运"
    assert lines["kept"].now.text == "4 / 6"
    assert lines["satisfied"].change == ""
    assert [signed(one) for one in (-2, 0, 2)] == ["−2", "±0", "+2"]


def test_the_list_runs_from_the_most_to_the_least():
    assert pareto({"b": 2, "a": 2, "c": 5}) == [("c", 5, 5), ("a", 2, 7), ("b", 2, 9)]


@pytest.mark.parametrize("width", [340.0, 700.0])
def test_no_word_of_a_picture_leaves_the_drawing(width):
    bars = [
        Bar(name, count, total)
        for name, count, total in pareto({"渗漏水与外墙开裂": 120, "电梯": 7})
    ]
    months = [MonthBar(month, 5 * at, 3 * at) for at, month in enumerate(run(MONTH, 13))]
    for chart in (
        pareto_bars(bars, width, name="p", title="t"),
        month_bars(months, width, name="m", title="t"),
    ):
        markup = svg.draw(chart)
        assert markup.startswith("<svg")
        assert 'style="' not in markup
        for mark in chart.marks:
            if not hasattr(mark, "text"):
                continue
            left, _top, right, _bottom = label_box(mark)
            assert chart.x.pixel(mark.x) + left >= 0
            assert chart.x.pixel(mark.x) + right <= width + 1
