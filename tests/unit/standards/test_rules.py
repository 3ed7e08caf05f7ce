"""Losses of a year, kept standards and numbers as people type them, each worked by hand."""

from datetime import date

import pytest

from app.service.standards.models import LossKind, LossReason, Operator
from app.service.standards.rules import (
    LossFact,
    Retention,
    Verdict,
    fen_text,
    judge,
    milli_text,
    month_before,
    next_month,
    read_fen,
    read_milli,
    share_milli,
    year_losses,
)


def fact(kind, reason, day, *, monthly=None, damage=None, won=None, units=1):
    return LossFact(kind, reason, 1, day, units, monthly, damage, won)


def test_the_losses_of_a_year_are_those_worked_by_hand():
    # A shop of 3,800 yuan a month: 45,600 a year. A contract of 1,200 homes at 2.60 a square
    # metre for 90 square metres: 280,800 a month, 3,369,600 a year. A home of unknown income.
    # A tenant of 12,500 a month (150,000 a year) came back in November, another of 6,400 a month
    # (76,800 a year) only in the next January. Two cars in the water: 4,200 yuan of damage.
    facts = [
        fact(LossKind.CUSTOMER, LossReason.PRICE, date(2026, 10, 14), monthly=380_000),
        fact(
            LossKind.CONTRACT,
            LossReason.ASSEMBLY,
            date(2026, 6, 30),
            monthly=28_080_000,
            units=1200,
        ),
        fact(LossKind.HOME, LossReason.COMPLAINT, date(2026, 1, 1)),
        fact(
            LossKind.CUSTOMER,
            LossReason.SERVICE,
            date(2026, 7, 16),
            monthly=1_250_000,
            won=date(2026, 11, 8),
        ),
        fact(
            LossKind.CUSTOMER,
            LossReason.PRICE,
            date(2026, 12, 31),
            monthly=640_000,
            won=date(2027, 1, 2),
        ),
        fact(LossKind.GOODS, LossReason.SAFETY, date(2026, 11, 1), damage=420_000),
        fact(LossKind.CUSTOMER, LossReason.MOVED, date(2025, 12, 31), monthly=999_999),
    ]
    year = year_losses(facts, 2026)
    lost = year.customers
    assert (lost.count, lost.units, lost.unknown) == (5, 1204, 1)
    assert lost.yearly_fen == (45_600 + 3_369_600 + 150_000 + 76_800) * 100
    assert (lost.won_back, lost.won_back_fen) == (1, 15_000_000)
    assert year.net_fen == (45_600 + 3_369_600 + 76_800) * 100
    assert (year.incidents.count, year.incidents.damage_fen) == (1, 420_000)
    assert year.by_reason[LossReason.PRICE].count == 2
    assert year.by_reason[LossReason.PRICE].yearly_fen == (45_600 + 76_800) * 100
    assert LossReason.SAFETY not in year.by_reason  # damage is no lost customer
    assert set(year.by_kind) == set(LossKind) - {LossKind.INJURY}


def test_contracts_kept_are_counted_of_those_held_on_the_first_of_january():
    assert Retention(held=130, lost=13).kept_milli == 90_000
    assert Retention(held=0, lost=0).kept_milli is None


@pytest.mark.parametrize(
    ("operator", "target", "value", "said"),
    [
        (Operator.AT_LEAST, 98_000, 98_000, Verdict.KEPT),
        (Operator.AT_LEAST, 98_000, 97_999, Verdict.MISSED),
        (Operator.AT_MOST, 3_000, 3_000, Verdict.KEPT),
        (Operator.AT_MOST, 3_000, 3_001, Verdict.MISSED),
        (Operator.AT_LEAST, 0, None, Verdict.UNKNOWN),
        (Operator.AT_MOST, 3_000, None, Verdict.UNKNOWN),
    ],
)
def test_a_standard_is_kept_at_its_target_and_nothing_can_be_told_without_a_value(
    operator, target, value, said
):
    assert judge(operator, target, value) is said


def test_a_share_is_never_rounded_up_to_its_target():
    assert share_milli(2, 3) == 66_666
    assert share_milli(199_999, 200_000) == 99_999  # not 100 %
    assert share_milli(0, 0) is None


@pytest.mark.parametrize(
    ("text", "milli"),
    [
        ("98", 98_000),
        ("98.5%", 98_500),
        ("９８．５％", 98_500),
        (" 0.125 ", 125),
        ("0.1255", None),
        ("-1", None),
        ("1e3", None),
        ("", None),
        ("三", None),
    ],
)
def test_a_number_is_read_as_it_is_typed_or_refused(text, milli):
    assert read_milli(text) == milli


def test_a_number_beyond_the_allowed_one_is_refused():
    assert read_milli("100", most=100) == 100_000
    assert read_milli("100.001", most=100) is None


def test_money_is_read_in_yuan_and_kept_in_fen():
    assert [read_fen(text) for text in ("12,500", "380.5", "0.01", "1.005", "x")] == [
        1_250_000,
        38_050,
        1,
        None,
        None,
    ]
    assert [fen_text(fen) for fen in (1_250_000, 38_050, 1, 0)] == ["12,500", "380.50", "0.01", "0"]
    assert [milli_text(milli) for milli in (98_500, 98_000, 66_666, 5)] == [
        "98.5",
        "98",
        "66.666",
        "0.005",
    ]


def test_months_follow_each_other_over_the_end_of_a_year():
    month = date(2026, 12, 1)
    assert (next_month(month), month_before(date(2026, 1, 1))) == (
        date(2027, 1, 1),
        date(2025, 12, 1),
    )
    assert month_before(next_month(month)) == month
