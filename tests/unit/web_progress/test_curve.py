"""The drawing of the curve and the words of the forecast: nothing cut off, nothing promised."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pytest

from app.i18n import set_language
from app.surveys.response.progress.curves import History, PastCurve
from app.surveys.response.progress.forecast import FanDay, Forecast, Verdict
from app.surveys.response.progress.shapes import Calendar, Earlier
from app.web.curve import SIZES, CurveInput, curve_view
from app.web.foretelling import forecast_view


@dataclass(frozen=True)
class Named:
    """What drawing and words need of a campaign."""

    code: str = "2026-06"
    opens_on: date = date(2026, 6, 1)
    required_permille: int = 600


def given(*, counts=(50, 300), fan=(), past=((100, 200, 300),)):
    calendar = Calendar(days=20, reminders=(7, 14))
    curves = tuple(PastCurve(Named(), Earlier(daily, 1000, True)) for daily in past)
    return CurveInput(
        opens_on=date(2026, 11, 2), base=1000, required_permille=600, counts=counts,
        past=curves, history=History(calendar, curves, {}),
        forecast=Forecast(Verdict.OPEN, 5, 6, 7, 0.7, tuple(fan)), title="T",
    )  # fmt: skip


FAN = tuple(FanDay(day, 300 + 5 * day, 300 + 10 * day, 300 + 15 * day) for day in range(2, 20))


def test_both_layouts_keep_everything_inside_and_the_names_apart() -> None:
    view = curve_view(given(fan=FAN, past=((100, 200, 300), (110, 190, 305), (90, 210, 300))))
    assert [one.name for one in view.drawings] == [size.name for size in SIZES]
    for one in view.drawings:
        assert all(0 <= float(label.x) <= one.width for label in one.labels)
        assert all(0 <= float(label.y) <= one.height for label in one.labels)
        right = max(float(label.x) for label in one.labels)
        ys = sorted(float(label.y) for label in one.labels if float(label.x) == right)
        assert len(ys) == 5  # the gate, three campaigns, the forecast
        assert min(b - a for a, b in pairwise(ys)) >= 14.9


def test_the_gate_lies_where_the_axis_says_sixty_percent() -> None:
    (desk, _phone) = curve_view(given()).drawings
    gate = next(line.path for line in desk.lines if line.kind == "gate")
    tick = next(label for label in desk.labels if label.text == "60%")
    assert float(gate.split()[1].split("H")[0]) == pytest.approx(float(tick.y) - 4, abs=0.11)


def test_the_table_says_what_the_drawing_shows() -> None:
    rows = curve_view(given(fan=FAN)).rows
    assert len(rows) == 20
    # 300 of 1,000 on the second day; the campaign before stood at 100 + 200.
    assert (rows[1].percent, rows[1].earlier, rows[1].forecast) == ("30.0", ("30.0",), None)
    assert (rows[2].percent, rows[2].forecast) == (None, "31.0–33.0")
    assert rows[5].earlier == (None,)


def test_a_rate_is_rounded_down_like_the_gate() -> None:
    assert curve_view(given(counts=(599,))).rows[0].percent == "59.9"


def test_a_first_campaign_on_its_first_day_can_be_drawn() -> None:
    view = curve_view(given(counts=(0,), past=()))
    assert view.earlier == ()
    assert all(one.dot is not None for one in view.drawings)


@pytest.mark.parametrize(
    ("found", "short", "is_bad"),
    [
        (Forecast(Verdict.REACHED), "reached", False),
        (Forecast(Verdict.TOO_EARLY), "too early to say", False),
        (Forecast(Verdict.NOT_AT_THIS_PACE), "not at this pace", True),
        (Forecast(Verdict.IN_TIME, 14, 15, 16, 0.95), "15 Jun – 17 Jun", False),
        (Forecast(Verdict.IN_TIME, 14, 14, 14, 1.0), "15 Jun", False),
        (Forecast(Verdict.OPEN, 14, 18, None, 0.6), "15 Jun at the earliest", False),
        (Forecast(Verdict.LATE, 21, 25, 28, 0.04), "22 Jun – 29 Jun", True),
    ],
)
def test_a_forecast_is_said_plainly(found, short, is_bad) -> None:
    set_language("en")
    view = forecast_view(found, Named())
    assert (view.short, view.is_bad) == (short, is_bad)


def test_the_interval_is_never_said_without_its_chance() -> None:
    set_language("en")
    for verdict in (Verdict.IN_TIME, Verdict.OPEN, Verdict.LATE):
        assert "80%" in forecast_view(Forecast(verdict, 14, 15, 16, 0.6), Named()).sentence
    found = forecast_view(Forecast(Verdict.OPEN, 14, 18, 25, 0.62), Named()).sentence
    assert found.endswith("In time: about 6 in 10.")
