"""Guesses, maps, what they take and lose, printed figures, and the change between two of them."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from app.analysis.data.dataset import BLANK, NO_EXPERIENCE
from app.surveys.history.change import Reach, change_between
from app.surveys.history.errors import MapError
from app.surveys.history.mapping.column_map import HistoryMap, ScaleRule, from_yaml, to_yaml
from app.surveys.history.mapping.headings import is_wjx, take_apart
from app.surveys.history.mapping.loss import LossKind
from app.surveys.history.mapping.proposals import (
    facts_of,
    is_personal,
    propose,
    propose_place,
    propose_scale,
)
from app.surveys.history.mapping.take import check_map, take
from app.surveys.history.mapping.targets import targets_of
from app.surveys.history.mapping.totals import TotalsError, read_totals, totals_columns
from app.surveys.history.reading.data import SourceColumn, SourceData
from app.surveys.history.reading.reader import read_data
from tests.factories import perception_instrument

TARGETS = targets_of(perception_instrument(), "zh-Hans")
WJX = (
    "序号,提交答卷时间,所用时间,来源,来源详情,来自IP,1、您所在的小区,2、总体来说您满意吗？,"
    "3、请评价各项服务—安全与秩序,3、请评价各项服务—清洁卫生,4、您最看重的(停车与车辆管理),5、您的手机号\n"
    "1,2024/6/5 12:00:00,60秒,微信,无,1.1.1.1,甲园,8,满意,很满意,1,17000000001\n"
    "2,2024/6/6 12:00:00,60秒,微信,无,1.1.1.2,甲园,(跳过),没接触过,一般,0,17000000002\n"
)


def read(text: str) -> SourceData:
    return read_data(text.encode())


def test_a_sheet_of_wenjuanxing_is_known_and_its_columns_are_proposed():
    data = read(WJX)
    assert is_wjx(column.name for column in data.columns)
    facts = facts_of(data.columns, data.rows)
    guesses = [guess.target for guess in propose(facts, TARGETS)]
    assert guesses[1] == "answered"
    assert guesses[6:10] == [
        "community",
        "overall",
        "performance.security",
        "performance.cleaning",
    ]
    assert guesses[11] == ""
    assert is_personal(facts[11])


@pytest.mark.parametrize(
    ("text", "number", "stem", "row"),
    [
        ("5、请评价各项服务—安全与秩序", 5, "请评价各项服务", "安全与秩序"),
        ("4、您最看重的(停车)", 4, "您最看重的", "停车"),
        ("Q12. How satisfied", 12, "How satisfied", ""),
        ("sat_police", 0, "sat_police", ""),
    ],
)
def test_headings_are_taken_apart(text, number, stem, row):
    found = take_apart(text)
    assert (found.number, found.stem, found.row) == (number, stem, row)


def test_reversed_numbers_and_missing_kinds_are_seen_from_labels():
    column = SourceColumn(
        "q", "满意度", {"1": "很满意", "5": "很不满意", "9": "不清楚"}, (("9", "9"),)
    )
    facts = facts_of([column], [("1",), ("5",), ("9",), ("3",)])
    scale = TARGETS["performance.security"].scale
    rule = propose_scale(("performance.security",), facts, scale)
    assert (rule.low, rule.high, rule.is_reversed, rule.none) == (1, 5, True, ("9",))


def test_places_are_found_by_name_or_code_and_never_far_off():
    known = {"GYY": "桂语苑", "SJY": "松涧雅居"}
    assert propose_place("桂语苑小区", known) == "GYY"
    assert propose_place("gyy", known) == "GYY"
    assert propose_place("总部宿舍", known) == ""


def test_a_map_takes_what_it_names_and_reports_the_rest():
    data = read("小区,Q1,Q2,w,序\n甲园,1,很满意,2,a\n甲园,5,不知道,1,b\n甲园,7,,0,c\n,,,1,d\n")
    mapped = HistoryMap(
        "m",
        "",
        {
            "community": "小区",
            "overall": "Q1",
            "performance.security": "Q2",
            "weight": "w",
        },
        scales=(
            ScaleRule(("overall",), 1, 10, is_reversed=True),
            ScaleRule(("performance.security",), 1, 5, words={"很满意": 5}, none=("不知道",)),
        ),
        places={"甲园": "A"},
        otherwise=("performance.security",),
    )
    check_map(mapped, data, TARGETS, ["A"])
    found = take(mapped, data, TARGETS)
    assert [column.code for column in found.columns] == ["overall", "performance.security"]
    # 1 of a reversed 1-10 is the best: position 10; 5 is position 6.
    assert list(found.codes) == [bytes((10, 5)), bytes((6, NO_EXPERIENCE))]
    assert found.weights == (2.0, 1.0)
    kinds = {one.kind: one for one in found.losses}
    assert kinds[LossKind.ROW_WEIGHT].lines == (4,)
    assert kinds[LossKind.ROW_EMPTY].lines == (5,)
    assert kinds[LossKind.COLUMN].column == "序"
    assert kinds[LossKind.WORDING].column == "performance.security"
    assert found.otherwise == ("performance.security",)


def test_rows_of_other_campaigns_and_statements_within_areas_are_told_apart():
    data = read("期次,Q1,Q2,Q3\n2024-06,7,4,1\n2024-11,9,5,2\n2024-06,8,,3\n")
    statement = next(key for key in TARGETS if key.startswith("attribute.security."))
    points = TARGETS[statement].scale.points
    mapped = HistoryMap(
        "m",
        "",
        {"overall": "Q1", statement: "Q2"},
        scales=(ScaleRule(("overall",), 1, 10), ScaleRule((statement,), points[0], points[-1])),
        only=("期次", "2024-06"),
    )
    assert from_yaml(to_yaml(mapped)) == mapped
    assert mapped.digest != replace(mapped, only=("期次", "2024-11")).digest
    check_map(mapped, data, TARGETS, [])
    found = take(mapped, data, TARGETS)
    assert list(found.codes) == [bytes((7, 4)), bytes((8, BLANK))]
    column = found.columns[1]
    assert (column.role, column.area) == ("attribute", "security")
    assert column.item == statement.removeprefix("attribute.")
    kinds = {one.kind: one for one in found.losses}
    assert (kinds[LossKind.ROW_OTHER].lines, kinds[LossKind.ROW_OTHER].column) == ((3,), "期次")
    assert [one.column for one in found.losses if one.kind is LossKind.COLUMN] == ["Q3"]
    with pytest.raises(MapError) as caught:
        check_map(replace(mapped, only=("期次", "2020")), data, TARGETS, [])
    assert [one.code for one in caught.value.problems] == ["no_such_rows"]


def test_what_nobody_sees_is_no_part_of_headings_and_cells():
    data = read("小区,\ufeffQ1\t\n甲\u2028园,\ufeff7\n")
    assert [column.name for column in data.columns] == ["小区", "Q1"]
    assert data.rows[0] == ("甲 园", "7")


def test_a_heading_that_is_a_statement_is_proposed_as_it():
    key, target = next((k, t) for k, t in TARGETS.items() if k.startswith("attribute.parking."))
    data = read(f"5、请评价—{target.text},总体满意度\n5,8\n4,7\n")
    guesses = propose(facts_of(data.columns, data.rows), TARGETS)
    assert [one.target for one in guesses] == [key, "overall"]


def test_a_map_that_does_not_fit_says_everything_at_once():
    data = read("Q1\n5\n")
    mapped = HistoryMap("m", "", {"performance.moon": "Q1", "community": "X"}, places={"a": "Z"})
    with pytest.raises(MapError) as caught:
        check_map(mapped, data, TARGETS, [])
    assert {one.code for one in caught.value.problems} == {
        "unknown_target",
        "unknown_column",
        "unknown_community",
        "nothing_mapped",
    }


WORD = st.text("a:#-'\"{}[]*&!%@｜很1０ \u00e9\U0001f600", min_size=1, max_size=8)


@settings(max_examples=20, deadline=None)
@given(
    st.dictionaries(WORD, WORD, max_size=4),
    st.dictionaries(WORD, st.integers(1, 10), max_size=4),
    st.booleans(),
)
def test_a_map_comes_back_from_its_file_as_it_was(places, words, is_reversed):
    rule = ScaleRule(("overall",), 1, 10, is_reversed, 8, words, ("99",))
    mapped = HistoryMap("图", "d" * 64, {"overall": "Q1"}, scales=(rule,), places=places)
    again = from_yaml(to_yaml(mapped))
    assert again == mapped
    assert again.digest == mapped.digest


@pytest.mark.parametrize(
    "text", ["", "a: [", "format: other", "&a [*a]", "format: linsheng-history-map/1\nx: 1\n"]
)
def test_what_is_no_map_is_refused(text):
    with pytest.raises(MapError):
        from_yaml(text)


def test_printed_figures_have_the_intervals_of_the_books():
    data = read(
        "期次,小区,有效份数,总户数,满意率,总体均值,标准差,量表\n"
        "2023-11,甲园,100,200,0.8,7.3,1.8,1-10\n2023年5月,甲园,9,,0.5,5,1,1-10\n"
    )
    at = totals_columns(column.name for column in data.columns)
    waves, losses = read_totals(data, at)
    assert [str(one.closes_on) for one in waves] == ["2023-05-31", "2023-11-30"]
    row = waves[1].rows[0]
    # Mean 7.3 of 1-10 is 70 of 100; t(99) * 20 / 10 from scipy; Wilson 80/100 from statsmodels.
    half = stats.t.ppf(0.975, 99) * 100 / 9 * 1.8 / 10
    assert row.overall.value == pytest.approx(70.0)
    assert row.overall.high - 70.0 == pytest.approx(half, rel=1e-4)
    assert (row.satisfied.low, row.satisfied.high) == pytest.approx((0.711171, 0.866633), abs=1e-6)
    assert waves[0].rows[0].overall.value is None
    assert {one.kind for one in losses} == {LossKind.SMALL}


def test_a_table_of_answers_is_no_table_of_printed_figures():
    assert totals_columns(["小区", "Q1", "Q2"]) is None


def test_the_unlinked_change_of_two_means_is_that_of_independent_samples():
    before, after = Reach(60.0, 57.0, 63.0, 200), Reach(66.0, 62.0, 70.0, 200)
    found = change_between(before, after)
    assert (found.value, found.low, found.high) == pytest.approx((6.0, 1.0, 11.0))
    assert found.said == "real"
    assert change_between(before, Reach(66.0, None, None, 200)).said == "cannot_tell"
    assert change_between(before, Reach(66.0, 62.0, 70.0, 20)).value is None


def test_the_change_of_two_shares_is_newcombes_tenth():
    # Newcombe 1998, Statistics in Medicine 17, 873-890, table II, case (a): 56/70 - 48/80.
    def wilson(hits: int, n: int) -> Reach:
        z = stats.norm.ppf(0.975)
        p, mid = hits / n, hits / n + z * z / (2 * n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return Reach(p, (mid - half) / (1 + z * z / n), (mid + half) / (1 + z * z / n), n)

    found = change_between(wilson(48, 80), wilson(56, 70), smallest=0.02)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_blank_is_never_a_point():
    data = read("Q1\n5\n(空)\n-3\n")
    mapped = HistoryMap("m", "", {"overall": "Q1"}, scales=(ScaleRule(("overall",), 1, 10),))
    found = take(mapped, data, TARGETS)
    assert list(found.codes) == [bytes((5,))]
    assert BLANK not in found.codes[0]


def totals(text: str, codes=None):
    data = read(text)
    at = totals_columns(column.name for column in data.columns)
    return read_totals(data, at, codes or {})[0]


def refusals(text: str, codes=None):
    with pytest.raises(MapError) as caught:
        totals(text, codes)
    return [(one.code, one.where) for one in caught.value.problems]


@pytest.mark.parametrize(
    "word", ["", "全公司", "公司", "合 计", "总计", "总体", "公司合计", "Company", "TOTAL", "—"]
)
def test_the_row_of_the_whole_company_is_known_by_its_usual_words(word):
    (wave,) = totals(
        f"期次,小区,有效份数,总户数,满意率\n2023-06,甲园,80,200,70\n2023-06,{word},160,400,80\n"
    )
    assert [row.place for row in wave.rows] == ["甲园", ""]
    assert not wave.doubtful


def test_a_community_of_the_register_is_never_taken_for_the_company():
    rows = "期次,小区,有效份数,满意率\n2023-06,总部,80,70\n2023-06,公司,60,80\n"
    (wave,) = totals(rows, {"公司": "GS"})
    assert [row.place for row in wave.rows] == ["总部", "公司"]


def test_two_rows_of_the_company_or_of_a_community_are_refused_with_their_lines():
    head = "期次,小区,有效份数,满意率\n"
    assert refusals(f"{head}2023-06,合计,80,70\n2023-06,甲园,60,80\n2023-06,,80,71\n") == [
        ("repeated_company", "2, 4")
    ]
    rows = f"{head}2023-06,甲园,80,70\n2023-06,A,60,80\n2023-06,坏,x,80\n"
    assert refusals(rows, {"甲园": "A", "a": "A"}) == [("repeated_place", "2, 3")]
    with pytest.raises(TotalsError) as caught:
        totals(rows, {"甲园": "A", "a": "A"})
    assert [(one.kind, one.lines) for one in caught.value.losses] == [(LossKind.ROW_BROKEN, (4,))]


@pytest.mark.parametrize(("homes", "is_asked"), [(600, True), (611, True), (614, False)])
def test_an_unknown_place_as_large_as_all_others_is_asked_about(homes, is_asked):
    # 2 % of 600 homes are 12.
    (wave,) = totals(
        "期次,小区,有效份数,总户数,满意率\n2023-06,甲园,80,200,70\n2023-06,乙园,90,400,80\n"
        f"2023-06,某物业,170,{homes},75\n",
        {"甲园": "A", "乙园": "B"},
    )
    assert [row.place for row in wave.doubtful] == (["某物业"] if is_asked else [])


def test_shares_written_in_two_ways_are_refused_with_their_lines():
    head = "期次,小区,有效份数,满意率\n"
    rows = "2023-06,甲,80,72\n2023-06,乙,80,69.6\n2023-06,丙,80,0.72\n2023-06,丁,80,0\n"
    assert refusals(head + rows) == [("mixed_share", "4")]
    assert refusals(f"{head}2023-06,甲,80,72%\n2023-06,乙,80,0.7\n") == [("mixed_share", "3")]
    for shares in (("0.5%", "72"), ("0.005", "0.72"), ("0.5％", "72％")):
        (wave,) = totals(head + "".join(f"2023-06,小{one},80,{one}\n" for one in shares))
        assert [row.satisfied.value for row in wave.rows] == pytest.approx([0.005, 0.72])


@pytest.mark.parametrize("scale", ["", "10分制"])
def test_a_mean_of_a_short_scale_without_the_scale_is_refused_with_its_line(scale):
    head = "期次,小区,有效份数,总体均值,量表\n"
    others = "2023-06,甲,80,7.1,1-10\n2023-06,乙,80,71,\n"
    assert refusals(f"{head}{others}2023-06,丙,80,7.2,{scale}\n") == [("mean_scale", "4")]
    (wave,) = totals(f"{head}{others}2023-06,丙,80,4,1—5\n")
    assert [row.overall.value for row in wave.rows] == pytest.approx([610 / 9, 71, 75])
