"""Rules of shared problems by hand-worked cases; the codebook; the form of stored reasons."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.followup.problems.codebook import (
    CODEBOOK_FILE,
    CodebookError,
    load_codebook,
    parse_codebook,
)
from app.followup.problems.models import ProblemState
from app.followup.problems.rules import (
    ItemLevel,
    Reason,
    Standing,
    Step,
    Why,
    answer_by,
    progress_by,
    read_reasons,
    reasons,
    refusal,
    told,
    write_reasons,
)
from app.followup.problems.wording import reasons_words
from app.followup.published.rules import asks_from
from tests.factories import perception_instrument

HEAD = {"is_head_office": True}
S = ProblemState


@pytest.mark.parametrize(
    ("households", "buildings", "returned", "level", "found"),
    [
        # 5 % of 180 are 9 households: 9 are enough, 8 (4.4 %) are not.
        (9, {}, 180, None, {Why.SHARE}),
        (8, {}, 180, None, set()),
        # Ten households are many, whatever the share: 10 of 1,000 are 1 %.
        (10, {}, 1000, None, {Why.MANY}),
        (9, {}, 1000, None, set()),
        (50, {}, 1000, None, {Why.SHARE, Why.MANY}),
        # Three of one building.
        (4, {"1栋": 3, "2栋": 1}, 1000, None, {Why.BUILDING}),
        (4, {"1栋": 2, "2栋": 2}, 1000, None, set()),
        # Fewer than 70 % satisfied with the item, of at least ten answers.
        (2, {}, 1000, ItemLevel(10, 0.699), {Why.ITEM}),
        (2, {}, 1000, ItemLevel(10, 0.70), set()),
        (2, {}, 1000, ItemLevel(9, 0.10), set()),
        (2, {}, 1000, ItemLevel(300, None), set()),
        # One household alone is no concentration: 1 of 12 is 8 %.
        (1, {"1栋": 1}, 12, ItemLevel(12, 0.2), set()),
        (0, {}, 12, ItemLevel(12, 0.2), set()),
        (2, {}, 0, None, set()),
    ],
)
def test_a_code_is_concentrated_by_each_rule_and_exactly_at_its_border(
    households, buildings, returned, level, found
) -> None:
    made = reasons(households, buildings, returned=returned, level=level)
    assert {one.why for one in made} == found


def test_in_the_whole_company_only_the_share_tells() -> None:
    assert reasons(10, {}, returned=1000, level=None, is_company=True) == ()
    (one,) = reasons(50, {}, returned=1000, level=None, is_company=True)
    assert one == Reason(Why.SHARE, 50, 1000)


def test_reasons_are_read_as_they_were_written() -> None:
    found = reasons(12, {"3栋": 4}, returned=100, level=ItemLevel(80, 0.5))
    assert read_reasons(write_reasons(found)) == found
    assert read_reasons("[]") == ()


def test_small_counts_and_buildings_are_told_to_head_office_alone() -> None:
    found = (Reason(Why.BUILDING, 3, where="3栋"), Reason(Why.SHARE, 4, 60))
    exact = "".join(reasons_words(found, is_exact=True))
    assert "3栋" in exact
    assert "6.7%" in exact  # 4 of 60
    others = "".join(reasons_words(found, is_exact=False))
    assert "3栋" not in others
    assert not {"3", "4"} & set(others)
    assert told(4) is None
    assert told(5) == 5


@pytest.mark.parametrize(
    ("step", "state", "why"),
    [
        (Step.DRAFT, S.DETECTED, None),
        (Step.DRAFT, S.PUBLISHED, None),  # a new version
        (Step.DRAFT, S.APPROVED, "state"),
        (Step.DRAFT, S.CLOSED, "state"),
        (Step.CHECK, S.DRAFTED, None),
        (Step.APPROVE, S.DRAFTED, "state"),  # nobody approves unchecked facts
        (Step.APPROVE, S.CHECKED, None),
        (Step.PUBLISH, S.CHECKED, "state"),
        (Step.PUBLISH, S.APPROVED, None),
        (Step.CLOSE, S.PUBLISHED, None),
        (Step.SET_ASIDE, S.DRAFTED, "state"),  # it is published already
    ],
)
def test_the_way_of_an_answer_leaves_no_step_out(step, state, why) -> None:
    standing = Standing(state, author_id=7, is_published=True)
    assert refusal(step, standing, staff_id=1, **HEAD) == why


def test_an_author_neither_checks_nor_approves_and_an_office_decides_nothing() -> None:
    drafted = Standing(S.DRAFTED, author_id=7, is_published=False)
    assert refusal(Step.CHECK, drafted, staff_id=7, **HEAD) == "author"
    checked = replace(drafted, state=S.CHECKED)
    assert refusal(Step.APPROVE, checked, staff_id=7, **HEAD) == "author"
    assert refusal(Step.CHECK, drafted, staff_id=1, is_head_office=False) == "role"
    company = Standing(S.DETECTED, author_id=None, is_published=False, is_company=True)
    assert refusal(Step.DRAFT, company, staff_id=1, is_head_office=False) == "role"
    assert refusal(Step.DRAFT, company, staff_id=1, **HEAD) is None


def test_progress_and_posting_wait_for_a_first_publication() -> None:
    drafted = Standing(S.DRAFTED, author_id=7, is_published=False)
    for step in (Step.PROGRESS, Step.POST):
        assert refusal(step, drafted, staff_id=1, **HEAD) == "state"
        published = replace(drafted, is_published=True)
        assert refusal(step, published, staff_id=1, **HEAD) is None


def test_days_follow_from_the_clock_and_from_the_publication() -> None:
    # T0 on 21 November 00:00 in Beijing; published on 1 December at noon.
    assert answer_by(datetime(2026, 11, 20, 16, tzinfo=UTC)) == date(2026, 12, 1)
    assert answer_by(None) is None
    published = datetime(2026, 12, 1, 4, tzinfo=UTC)
    assert progress_by(published) == (date(2026, 12, 31), date(2027, 1, 30))
    assert asks_from(None, published) == date(2026, 12, 29)  # four weeks
    assert asks_from(date(2026, 12, 20), published) == date(2026, 12, 20)


def test_every_code_stands_for_an_item_of_the_survey_and_one_department() -> None:
    codebook = load_codebook()
    asked = {
        f"{area.code}.{one.code}": set(one.departments)
        for area in perception_instrument().areas
        for one in area.attributes
    }
    assert 55 <= len(codebook.codes) <= 70
    assert {one.item for one in codebook.codes if one.item} <= set(asked)
    assert {one.area for one in codebook.codes if one.area} == {
        area.code for area in perception_instrument().areas
    }
    assert {one.group for one in codebook.codes} == {one.code for one in codebook.groups}
    left_by_builder = [one for one in codebook.codes if not one.is_counted]
    assert {one.group for one in left_by_builder} == {"builder"}
    assert not any(one.is_problem for one in codebook.codes if one.group in {"good", "idea"})


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("code: danger.fire,", "code: danger.crime,", "repeated"),
        (
            "department: security, urgency: now",
            "department: guards, urgency: now",
            "unknown_department",
        ),
        ("group: danger, zh: 火灾", "group: fire, zh: 火灾", "unknown_group"),
        ("urgency: now,", "urgency: yesterday,", "unknown_urgency"),
        ("codebook: owner-comments", "codebook: [", "unreadable"),
        ("version: 1\n", "", "incomplete"),
    ],
)
def test_a_codebook_that_is_none_is_refused(old, new, problem) -> None:
    text = CODEBOOK_FILE.read_text("utf-8")
    assert old in text
    with pytest.raises(CodebookError) as refused:
        parse_codebook(text.replace(old, new, 1))
    assert refused.value.problem == problem
