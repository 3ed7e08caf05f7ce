"""The face of a chart for screens: a plotly figure as plain data, made without importing plotly.

Same geometry as the SVG: fixed size and margins, labels at the places already chosen. Pointing
at a mark shows its numbers; positions of marks carry no more digits than can be seen.
"""

from html import escape

from app.reports.charts import (
    INK,
    INK2,
    PAPER,
    RULE,
    RULE2,
    Area,
    Chart,
    Curve,
    Point,
    Scale,
    Segment,
    Words,
    leader_end,
)

Json = dict[str, object]

_SYMBOLS = {
    "dot": "circle",
    "ring": "circle-open",
    "diamond": "diamond-open",
    "half": "square-open",
    "square": "square",
}
# The page's own fonts; plotly writes them into presentation attributes.
FONT = (
    "PingFang SC, HarmonyOS Sans SC, MiSans, Microsoft YaHei, Noto Sans CJK SC, "
    "Source Han Sans SC, WenQuanYi Micro Hei, sans-serif"
)


def figure(chart: Chart) -> Json:
    """Return a chart as the data, layout and config that ``Plotly.newPlot`` takes."""
    traces: list[Json] = []
    shapes: list[Json] = []
    notes: list[Json] = []
    for mark in chart.marks:
        if isinstance(mark, Point):
            traces.append(_point(chart, mark))
            if mark.shape == "half":
                shapes.append(_half(mark))
        elif isinstance(mark, Curve):
            traces.append(_curve(mark))
        elif isinstance(mark, Words):
            notes.append(_words(chart, mark))
            if mark.leader:
                shapes.append(_leader(mark))
        else:
            shapes.append(_shape(chart, mark))
    return {
        "data": traces,
        "layout": _layout(chart) | {"shapes": shapes, "annotations": notes},
        "config": {
            "displayModeBar": False,
            "responsive": False,
            "scrollZoom": False,
            "doubleClick": "reset" if chart.zooms else False,
            "showTips": False,
        },
    }


def _layout(chart: Chart) -> Json:
    return {
        "width": chart.width,
        "height": chart.height,
        "autosize": False,
        "margin": {
            "l": chart.x.start,
            "r": chart.width - chart.x.end,
            "t": chart.y.end,
            "b": chart.height - chart.y.start,
            "pad": 0,
            "autoexpand": False,
        },
        "xaxis": _axis(chart.x, zooms=chart.zooms) | {"side": "bottom"},
        "yaxis": _axis(chart.y, zooms=chart.zooms) | {"side": "left"},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": "zoom" if chart.zooms else False,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": INK2},
        "hoverlabel": {
            "bgcolor": PAPER,
            "bordercolor": INK2,
            "align": "left",
            "font": {"family": FONT, "size": 13, "color": INK},
        },
    }


def _axis(scale: Scale, *, zooms: bool) -> Json:
    return {
        "range": [scale.low, scale.high],
        "autorange": False,
        "fixedrange": not zooms,
        "showgrid": scale.grid and bool(scale.ticks),
        "gridcolor": RULE,
        "zeroline": False,
        "showline": not scale.grid and bool(scale.ticks),
        "linecolor": RULE2,
        "ticks": "" if scale.grid or not scale.ticks else "outside",
        "tickcolor": RULE2,
        "ticklen": 5,
        "tickmode": "array",
        "tickvals": [tick.value for tick in scale.ticks],
        "ticktext": [escape(tick.label, quote=False) for tick in scale.ticks],
        "tickfont": {"size": 12, "color": INK2},
        "title": {
            "text": escape(scale.title, quote=False),
            "font": {"size": 12, "color": INK2},
            "standoff": 8,
        },
        "automargin": False,
    }


def _whisker(scale: Scale, value: float, interval: tuple[float, float] | None, mark: Point) -> Json:
    if interval is None:
        return {"visible": False}
    at = scale.coarse(value)
    return {
        "type": "data",
        "symmetric": False,
        "array": [scale.coarse(scale.coarse(interval[1]) - at)],
        "arrayminus": [scale.coarse(at - scale.coarse(interval[0]))],
        "color": mark.color,
        "thickness": 1.6,
        "width": mark.cap,
    }


def _point(chart: Chart, mark: Point) -> Json:
    is_open = mark.shape in {"ring", "diamond", "half"}
    size = 2 * mark.size + (2 if mark.shape == "diamond" else 0)
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [chart.x.coarse(chart.x.clip(mark.x))],
        "y": [chart.y.coarse(chart.y.clip(mark.y))],
        "error_x": _whisker(chart.x, mark.x, mark.x_interval, mark),
        "error_y": _whisker(chart.y, mark.y, mark.y_interval, mark),
        "marker": {
            # Open marks are drawn filled with paper, so that their whiskers do not cross them.
            "symbol": _SYMBOLS[mark.shape].removesuffix("-open"),
            "size": size,
            "opacity": 1,
            "color": PAPER if is_open else mark.color,
            "line": {"color": mark.color if is_open else PAPER, "width": 1.8 if is_open else 1},
        },
        "text": ["<br>".join(escape(line, quote=False) for line in mark.hover)],
        "hovertemplate": "%{text}<extra></extra>" if mark.hover else None,
        "hoverinfo": "text" if mark.hover else "skip",
        "cliponaxis": False,
    }


def _curve(mark: Curve) -> Json:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [x for x, _ in mark.points],
        "y": [y for _, y in mark.points],
        "line": {"color": mark.color, "width": mark.width, "dash": _dash(mark.dash)},
        "hoverinfo": "skip",
    }


def _dash(dash: tuple[float, ...]) -> str:
    return ",".join(f"{step:g}px" for step in dash) if dash else "solid"


def _shape(chart: Chart, mark: Area | Segment) -> Json:
    common: Json = {
        "xref": "x",
        "yref": "y",
        "x0": mark.x1,
        "x1": mark.x2,
        "y0": mark.y1,
        "y1": mark.y2,
    }
    if mark.x1 < chart.x.low or mark.x2 > chart.x.high:
        # What reaches beyond the frame is tied to the paper, else it would be cut off.
        common |= {"xref": "paper", "x0": chart.x.share(mark.x1), "x1": chart.x.share(mark.x2)}
    if isinstance(mark, Area):
        return common | {
            "type": "rect",
            "layer": "below",
            "fillcolor": mark.fill,
            "line": {"width": 0},
        }
    return common | {
        "type": "line",
        "layer": "below",
        "line": {"color": mark.color, "width": mark.width, "dash": _dash(mark.dash)},
    }


def _half(mark: Point) -> Json:
    """Return the filled left half of a mark that touches a line."""
    return {
        "type": "rect",
        "layer": "above",
        "xref": "x",
        "yref": "y",
        "xsizemode": "pixel",
        "ysizemode": "pixel",
        "xanchor": mark.x,
        "yanchor": mark.y,
        "x0": -mark.size,
        "x1": 0,
        "y0": -mark.size,
        "y1": mark.size,
        "fillcolor": mark.color,
        "line": {"width": 0},
    }


def _leader(mark: Words) -> Json:
    end_x, end_y = leader_end(mark)
    return {
        "type": "line",
        "layer": "below",
        "xref": "x",
        "yref": "y",
        "xsizemode": "pixel",
        "ysizemode": "pixel",
        "xanchor": mark.x,
        "yanchor": mark.y,
        "x0": 0,
        "x1": end_x,
        # Pixels of a shape count upwards, those of a description downwards.
        "y0": 0,
        "y1": -end_y,
        "line": {"color": RULE2, "width": 1},
    }


def _words(chart: Chart, mark: Words) -> Json:
    note: Json = {
        "text": escape(mark.text, quote=False),
        # Not <b>: plotly turns it into a style attribute, which the security policy blocks.
        "font": {"size": mark.size, "color": mark.color, "weight": 600 if mark.bold else 400},
        "borderpad": 0,
        "captureevents": False,
        "textangle": -90 if mark.turned else 0,
    }
    note |= _reference("x", chart.x, mark.x) | _reference("y", chart.y, mark.y)
    if mark.plate:
        note["bgcolor"] = "rgba(255,255,255,0.8)"
    return note | {
        "showarrow": False,
        "xshift": mark.dx,
        "yshift": -mark.dy,
        "xanchor": {"start": "left", "middle": "center", "end": "right"}[mark.anchor],
        "yanchor": "middle",
    }


def _reference(name: str, scale: Scale, value: float) -> Json:
    """Tie words to data inside the frame, and to the paper at and outside its edge.

    Plotly hides notes whose data position leaves the frame, also by a rounding error.
    """
    share = scale.share(value)
    if 0 < share < 1:
        return {name: value, f"{name}ref": name}
    return {name: share, f"{name}ref": "paper"}
