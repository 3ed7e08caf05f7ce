"""Files of orders: headings, times, states, refused cells, joining in any order."""

import io
import random
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.reports.repairs.file_words import trouble_words
from app.service.repairs.intake.headings import INSTANTS, find_fee, find_instant, find_state
from app.service.repairs.intake.merging import Facts, from_json, join, to_json
from app.service.repairs.intake.reading import OrderLine, OrderReader
from app.service.repairs.intake.report import FileReport, LineProblem, report_of
from app.service.repairs.models import OrderState
from app.service.repairs.rules import RANKS

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
HEAD = (
    "派工单号,小区编码,楼栋,房号,状态,出单时间,承诺时间,完成时间,类别,是否收费,费用,客户姓名,电话"
)


def _read(text: str) -> tuple[list[OrderLine], FileReport]:
    reader = OrderReader(now=NOW)
    found = reader.read(lambda: io.BytesIO(text.encode()), "单.csv")
    return [one for one in found if one is not None], reader.report


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("2026-11-02 08:30", "issued_at", datetime(2026, 11, 2, 0, 30, tzinfo=UTC)),
        ("2026/11/2 8:30:15", "issued_at", datetime(2026, 11, 2, 0, 30, 15, tzinfo=UTC)),
        ("2026年11月2日8时30分", "issued_at", datetime(2026, 11, 2, 0, 30, tzinfo=UTC)),
        ("20261102 0830", "issued_at", datetime(2026, 11, 2, 0, 30, tzinfo=UTC)),
        ("2026-11-02T00:30:00Z", "issued_at", datetime(2026, 11, 2, 0, 30, tzinfo=UTC)),
        ("2026-11-02T01:30+01:00", "issued_at", datetime(2026, 11, 2, 0, 30, tzinfo=UTC)),
        # A day alone: an order begins with it, a promise lasts until its end.
        ("2026-11-02", "issued_at", datetime(2026, 11, 1, 16, tzinfo=UTC)),
        ("2026-11-02", "promised_at", datetime(2026, 11, 2, 15, 59, 59, tzinfo=UTC)),
        ("2026-02-30 08:30", "issued_at", None),
        ("2026-11-02 25:00", "issued_at", None),
        ("08:30", "issued_at", None),
        ("昨天", "issued_at", None),
    ],
)
def test_times_are_read_as_people_write_them(
    text: str, field: str, expected: datetime | None
) -> None:
    assert find_instant(text, field) == expected


def test_fees_are_whole_fen() -> None:
    fees = [find_fee(text) for text in ("35", "¥35.50", "35.5元", "1,200", "0", "abc", "35.555")]
    assert fees == [3500, 3550, 3550, 120000, 0, None, None]


def test_states_are_known_in_chinese_and_english_and_a_failure_is_never_told_by_a_file() -> None:
    assert find_state("已签领") is OrderState.ACCEPTED
    assert find_state("Called back") is OrderState.CALLED_BACK
    assert find_state("failed") is None


def test_every_refused_line_and_field_is_named_and_the_others_come_in() -> None:
    lines, report = _read(
        f"{HEAD},备注\n"
        "A1,C1,1栋,1-101,已完成,2026-11-02 08:00,2026-11-02 12:00,2026-11-02 11:00,"
        "给排水,是,35,王芳,138x\n"
        "A2,C1,,,坏了,2026-11-02 08:00,,,,,,,\n"
        "A3,C1,,,已完成,2026-11-02 08:00,,,,,,,\n"
        ",C1,,,出单,2026-11-02 08:00,,,,,,,\n"
        "A5,C1,,,出单,11月2日,,,,,,,\n"
        "A6,C1,,,出单,2026-11-02 08:00,,,怪事,也许,多,,\n"
        "A7,C1,,,完成,2026-11-02 08:00,,2026-11-01 08:00,,,,,\n"
        "A8,C1,,,出单,2026-12-02 08:00,,,,,,,\n"
        "A9,C1,,,完成,2026-11-02 08:00,,2026-12-02 11:00,,,,,\n"
    )
    assert [one.number for one in lines] == ["A1", "A6"]
    assert [(one.line, one.problem, one.column, one.is_whole) for one in report.troubles] == [
        (3, LineProblem.BAD_STATE, "状态", True),
        (4, LineProblem.NO_DONE_TIME, "完成时间", True),
        (5, LineProblem.EMPTY, "派工单号", True),
        (6, LineProblem.BAD_TIME, "出单时间", True),
        (7, LineProblem.BAD_YES_NO, "是否收费", False),
        (7, LineProblem.BAD_FEE, "费用", False),
        (8, LineProblem.BEFORE_ISSUE, "完成时间", True),
        (9, LineProblem.IN_FUTURE, "出单时间", True),
        (10, LineProblem.IN_FUTURE, "完成时间", True),  # and not also "no time"
    ]
    assert report.refused_lines == 7
    assert report.ignored == ["备注"]
    assert report.unknown_things == {"怪事": 1}
    assert lines[0].facts.words["phone"] == (RANKS[OrderState.DONE], "138x")
    assert report_of(report.to_json()).to_json() == report.to_json()


def test_no_cell_of_a_person_stands_in_a_report() -> None:
    name = "王" * 90
    _, report = _read(f"{HEAD}\nA1,C1,1栋,1-101,出单,2026-11-02 08:00,,,,,,{name},\n")
    assert [(one.problem, one.value) for one in report.troubles] == [(LineProblem.TOO_LONG, "")]


def test_a_file_without_its_columns_is_refused_and_names_them() -> None:
    lines, report = _read("房号,状态\n1-101,出单\n")
    assert lines == []
    assert report.broken == "missing_column"
    assert [one.column for one in report.troubles] == ["派工单号", "出单时间", "小区"]


def test_a_file_that_is_empty_or_no_text_says_so_in_a_whole_sentence() -> None:
    _, empty = _read("")
    assert [trouble_words(one) for one in empty.troubles] == ["文件是空的。"]
    reader = OrderReader(now=NOW)
    content = "派工单号,小区编码\n".encode("gb18030") + b"\xff\xff\n"
    assert list(reader.read(lambda: io.BytesIO(content), "單.csv")) == []
    (trouble,) = reader.report.troubles
    assert "gb18030" in trouble_words(trouble)


def test_english_headings_separators_and_one_address_are_taken() -> None:
    lines, report = _read(
        "Order No;Community Code;Address;Issued At;Done At\n"
        "B-1;C1;3号楼1单元101室;2026-11-02 08:00;2026-11-02 09:00\n"
    )
    assert report.troubles == []
    assert (lines[0].building, lines[0].room) == ("3", "1-101")
    assert lines[0].facts.state is OrderState.DONE  # by its times: the file has no state


def test_a_shifted_line_is_refused_and_the_next_ones_are_read() -> None:
    lines, report = _read(f"{HEAD}\nA1{',x' * 14}\nA2,C1,,,出单,2026-11-02 08:00,,,,,,,\n")
    assert [one.number for one in lines] == ["A2"]
    assert [(one.problem, one.line) for one in report.troubles] == [(LineProblem.UNREADABLE, 2)]


_instants = st.dictionaries(
    st.sampled_from(INSTANTS),
    st.integers(0, 48).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)),
    max_size=3,
)
_ranked = st.dictionaries(
    st.sampled_from(["thing", "fee", "home"]),
    st.tuples(st.integers(0, 5), st.sampled_from(["a", "b", "c"])),
    max_size=2,
)
_facts = st.builds(Facts, st.sampled_from(OrderState), _instants, _ranked, _ranked)


@given(st.lists(_facts, min_size=1, max_size=4), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_states_and_times_do_not_depend_on_the_order_of_files_and_repetition_changes_nothing(
    told: list[Facts], dice: random.Random
) -> None:
    whole = reduce(join, told)
    shuffled = [*told, *told]
    dice.shuffle(shuffled)
    other = reduce(join, shuffled)
    assert (other.state, other.instants) == (whole.state, whole.instants)
    ranks = {name: told[0] for name, told in whole.codes.items()}
    assert {name: told[0] for name, told in other.codes.items()} == ranks
    assert join(whole, whole) == whole
    assert join(whole, told[-1]) == whole
    assert reduce(join, told[1:], told[0]) == join(told[0], reduce(join, told[1:], told[0]))
    assert from_json(to_json(whole)) == whole


def test_a_correction_in_the_same_state_stands_and_one_of_an_earlier_state_does_not() -> None:
    def told(state: OrderState, fee: str) -> Facts:
        return Facts(state, {}, {"fee": (RANKS[state], fee)})

    wrong, right = told(OrderState.DONE, "000003500"), told(OrderState.DONE, "000003000")
    assert join(wrong, right).codes["fee"][1] == "000003000"
    assert join(right, told(OrderState.ACCEPTED, "000009900")).codes["fee"][1] == "000003000"


def test_the_furthest_state_and_the_first_promise_stand() -> None:
    def told(state: OrderState, promised: int) -> Facts:
        at = datetime(2026, 11, 2, promised, tzinfo=UTC)
        return Facts(state, {"promised_at": at}, {"thing": (RANKS[state], state.value)})

    lines = [
        told(OrderState.ISSUED, 4),
        told(OrderState.DONE, 9),
        told(OrderState.ACCEPTED, 6),
    ]
    for order in permutations(lines):
        whole = reduce(join, order)
        assert whole.state is OrderState.DONE
        assert whole.instants["promised_at"].hour == 4  # moved later, it is no promise kept
        assert whole.codes["thing"][1] == "done"
