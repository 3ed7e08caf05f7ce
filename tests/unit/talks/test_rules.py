"""Months of talks by the calendar of Beijing, and what counts as the same opinion."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest

from app.service.talks.errors import LinesError
from app.service.talks.forum.lines import read_file, read_pasted
from app.service.talks.models import MonthState
from app.service.talks.rules import (
    Standing,
    half_year,
    last_day,
    months_back,
    months_to_open,
    reply_by,
    same_words,
    standing_of,
)
from app.surveys.campaign.planning.workdays import Calendar

OCTOBER = date(2026, 10, 1)
# Beijing is eight hours ahead of UTC all year: its 1 November begins at 16:00 of 31 October.
FIRST_INSTANT = datetime(2026, 10, 31, 16, tzinfo=UTC)


@pytest.fixture(params=["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def machine_zone(request, monkeypatch):
    """Let the machine stand in three time zones in turn."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def standing(now):
    return standing_of(MonthState.OPEN, OCTOBER, held_on=None, now=now)


@pytest.mark.usefixtures("machine_zone")
def test_a_month_is_overdue_at_midnight_of_the_first_in_beijing_wherever_the_machine_stands():
    assert standing(FIRST_INSTANT - timedelta(microseconds=1)) is Standing.DUE
    assert standing(FIRST_INSTANT) is Standing.LATE


@pytest.mark.usefixtures("machine_zone")
def test_the_task_appears_on_the_twentieth_at_midnight_in_beijing():
    twentieth = datetime(2026, 10, 19, 16, tzinfo=UTC)
    before = twentieth - timedelta(microseconds=1)
    assert standing(before) is Standing.AHEAD
    assert standing(twentieth) is Standing.DUE
    september = date(2026, 9, 1)
    assert months_to_open(before, opened_to=september) == [september]
    assert months_to_open(twentieth, opened_to=september) == [september, OCTOBER]


def test_a_new_installation_owes_no_month_before_its_own():
    assert months_to_open(datetime(2026, 11, 5, tzinfo=UTC), opened_to=None) == []
    assert months_to_open(datetime(2026, 11, 25, tzinfo=UTC), opened_to=None) == [date(2026, 11, 1)]


def test_months_the_program_slept_through_are_made_up_for():
    months = months_to_open(datetime(2027, 1, 3, tzinfo=UTC), opened_to=OCTOBER)
    assert months == [OCTOBER, date(2026, 11, 1), date(2026, 12, 1)]


def test_a_talk_after_its_month_is_held_late_and_one_on_the_last_day_is_not():
    now = FIRST_INSTANT + timedelta(days=9)
    state = MonthState.HELD
    on_time = standing_of(state, OCTOBER, held_on=date(2026, 10, 31), now=now)
    late = standing_of(state, OCTOBER, held_on=date(2026, 11, 1), now=now)
    assert (on_time, late) == (Standing.HELD, Standing.HELD_LATE)


def test_months_end_where_the_calendar_says():
    assert [last_day(date(2028, month, 1)).day for month in (2, 4, 12)] == [29, 30, 31]
    assert months_back(date(2027, 2, 1), 3) == [
        date(2026, 12, 1),
        date(2027, 1, 1),
        date(2027, 2, 1),
    ]
    assert half_year(2026, 2).end == date(2026, 12, 31)
    assert len(half_year(2026, 0).months) == 12


def test_a_reply_is_due_three_working_days_later():
    # Friday 30 October 2026; Monday made a holiday: Tuesday, Wednesday, Thursday.
    calendar = Calendar(holidays={date(2026, 11, 2): "x"})
    assert reply_by(date(2026, 10, 30), calendar) == date(2026, 11, 5)


def test_the_same_words_are_one_opinion_but_short_ones_are_said_on_many_days():
    def key(text, day, author=""):
        return same_words(1, "forum", author=author, said_on=date(2026, 11, day), text=text)

    long = "三栋电梯这个月已经停了四次，物业到底管不管"
    assert key(long, 1) == key(f" {long.replace('，', ',')}！", 2)
    assert key(long, 1) != key(long, 1, author="李")
    assert key("电梯又坏了", 1) != key("电梯又坏了", 2)
    assert key("电梯又坏了", 1) == key("电梯又坏了。", 1)


def test_signs_and_emoji_alone_are_words_of_their_own():
    def mark(text):
        return same_words(1, "wechat_group", author="小王", said_on=date(2026, 11, 3), text=text)

    assert mark("👍👍") != mark("😡")
    assert mark("👍 👍") == mark("👍👍")


def test_pasted_lines_lose_the_name_before_the_colon_and_keep_addresses():
    lines = read_pasted("张三 11-03 12:00：电梯又坏了\n\n李四: 保洁好\nhttps://x.cn/1\n只有话")
    assert [(one.author, one.text) for one in lines] == [
        ("张三", "电梯又坏了"),
        ("李四", "保洁好"),
        ("", "https://x.cn/1"),
        ("", "只有话"),
    ]


def test_a_file_in_the_encoding_of_old_spreadsheets_is_read_by_its_headers():
    content = "昵称,内容,日期,房号\r\n小王,垃圾没人收,2026/11/3,1-101\r\n".encode("gb18030")
    (line,) = read_file(content, "群.csv")
    assert (line.author, line.text, line.said_on, line.home) == (
        "小王",
        "垃圾没人收",
        date(2026, 11, 3),
        "1-101",
    )


@pytest.mark.parametrize(
    ("content", "where", "problem"),
    [
        ("昵称,日期\r\nx,2026-11-03\r\n", 0, "no_text"),
        ("内容,日期\r\nx,2026-13-03\r\n", 2, "day"),
        ("内容\r\n" + "x\r\n" * 501, 0, "too_many"),
    ],
)
def test_a_file_that_cannot_be_taken_whole_says_where(content, where, problem):
    with pytest.raises(LinesError) as caught:
        read_file(content.encode(), "a.csv")
    assert (caught.value.line, caught.value.problem) == (where, problem)
