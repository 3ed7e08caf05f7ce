"""Simulated communities for printing: full results with everything a report shows around them."""

from dataclasses import replace
from datetime import date
from functools import cache

from app.analysis.results.comparison import (
    Contrast,
    SegmentEntry,
    SegmentsResult,
    TrendPoint,
    TrendResult,
    WaveComparison,
)
from app.analysis.results.estimate import Estimate
from app.analysis.results.rollups import RollupEntry, RollupResult
from app.analysis.results.study import StudyResult
from app.reports.context import ReportContext, questions_of
from app.reports.exhibits.codes import code_names
from app.reports.extras import Action, Extras, Line, Promise, Quote, Theme
from app.reports.numbers import Source
from app.reports.wording import names_of
from tests.factories import perception_instrument
from tests.unit.reports_charts.build import make_result

_HOMES = 480
_LINES = tuple(Line(f"检查{number}", f"{number * 7}", "说明") for number in range(1, 7))


@cache
def community(seed: int) -> Source:
    """Return a simulated community."""
    return Source(_full(make_result(seed, _HOMES)), _context(f"C{seed:03}", f"小区{seed}"))


@cache
def company() -> Source:
    """Return the simulated company."""
    return Source(make_result(99, 3 * _HOMES), _context("", "全部小区"))


def _full(result: StudyResult) -> StudyResult:
    """Add the sections simulated answers lack, as long as those of a real community."""
    value, index = Estimate(2.0, 1.0, 0.1, 3.9, _HOMES, 29), result.index
    level = Estimate(index.value, index.stderr, index.low, index.high, _HOMES, 29)
    moved = tuple(
        Contrast(one.code, 70.0, 68.0, value, 0.2, 0.4, False, True, "noise")
        for one in result.items
    )
    whole = replace(moved[0], code="index")
    groups = tuple(SegmentEntry(name, 80, (whole,)) for name in "abcdef")
    wave = WaveComparison(
        "2026-05",
        "2026-11",
        _HOMES,
        _HOMES,
        30,
        False,
        True,
        False,
        2.0,
        whole,
        whole,
        None,
        None,
        None,
        None,
        moved,
        (),
        (),
        (),
    )
    entry = RollupEntry("safety", ("a", "b"), 90, 180, level, result.items[0].satisfied, value)
    return replace(
        result,
        segments=tuple(SegmentsResult(name, 0.95, 0.1, 2.0, 30, groups) for name in ("who", "age")),
        rollups=tuple(
            RollupResult(one, 0.95, (entry,) * count)
            for one, count in (("department", 6), ("factor", 7), ("element", 9))
        ),
        trend=TrendResult(
            "2026-05",
            tuple(TrendPoint(one, _HOMES, level, level, level) for one in ("2026-05", "2026-11")),
            (wave,),
        ),
    )


def _context(code: str, name: str) -> ReportContext:
    instrument = perception_instrument()
    return ReportContext(
        language="zh-Hans",
        company="示例物业",
        community=name,
        office="滨江管理处",
        city="杭州",
        campaign="2026年11月业主意见调查",
        campaign_code="2026-11",
        community_code=code,
        instrument="业主意见调查",
        names=names_of(instrument, "zh-Hans"),
        base=750,
        returned=_HOMES,
        excluded=12,
        required_permille=600,
        waived=False,
        opens_on=date(2026, 11, 1),
        closes_on=date(2026, 11, 20),
        clock_started_on=date(2026, 11, 21),
        revision=1,
        snapshot_digest="ab" * 32,
        code_version="0" * 16,
        plan_digest="cd" * 32,
        seed=0,
        computed_on=date(2026, 11, 21),
        is_demo=True,
        codes=code_names(instrument, "zh-Hans"),
        questions=questions_of(instrument, "zh-Hans"),
        extras=_extras(),
    )


def _extras() -> Extras:
    return Extras(
        as_of=date(2026, 12, 1),
        delivered=700,
        themes=tuple(
            Theme(f"问题{number}", "停车与车辆管理", f"{40 - number}户", number < 3, "已公开答复")
            for number in range(8)
        ),
        quotes=(Quote("问题1", "电梯一个月停了四次。"), Quote("问题2", "账目从来没有贴出来。")),
        promises=(Promise("更换门机", "2026年3月完成", "电梯", "+6.8（5.1至8.5）", "有效，关闭"),),
        actions=(
            Action("电梯停运", "3 程序", "改签维保合同", "工程部", "2026年12月1日", "下次调查"),
        ),
        follow_up=_LINES,
        integrity=_LINES,
        quality=_LINES[:3],
    )
