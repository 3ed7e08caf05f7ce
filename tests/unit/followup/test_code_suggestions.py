"""How good suggestions are on invented comments coded by hand, and what counts as alike.

The bars are a little below what `python -m benchmarks.coding` prints.
"""

from app.followup.problems.codebook import load_codebook
from app.followup.problems.coding.suggest import Coded, Suggester
from benchmarks.coding import hits, read_labelled, with_codebook_alone, with_others


def test_suggestions_name_a_right_code_mostly_with_the_codebook_alone() -> None:
    coded = read_labelled()
    assert len(coded) >= 190
    found = with_codebook_alone(coded)
    assert hits(found, coded, 1) >= 0.60
    assert hits(found, coded, 3) >= 0.78


def test_comments_coded_before_do_not_make_suggestions_worse() -> None:
    coded = read_labelled()
    found = with_others(coded)
    assert hits(found, coded, 1) >= 0.60
    assert hits(found, coded, 3) >= 0.77


def test_a_comment_like_one_coded_before_gets_its_code() -> None:
    text, code = "南门快递架倒了压到花坛", "security.patrol"  # no keyword points there
    known = Suggester(load_codebook(), [Coded(text, (code,))])
    assert known.suggest(["南门的快递架又倒了"])[0][0][0] == code
    assert all(one != code for one, _score in Suggester(load_codebook(), []).suggest([text])[0])


def test_comments_that_say_much_the_same_are_one_group() -> None:
    texts = ["电梯一个月停了三次", "楼上装修太吵", "电梯这个月停了三次了", "楼上装修太吵了"]
    assert Suggester(load_codebook(), []).group(texts) == [0, 1, 0, 1]
    assert Suggester(load_codebook(), []).suggest([]) == []
