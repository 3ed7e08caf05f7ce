"""Reading a growing table by key loses no row, in whatever order its rows appear."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.integrations.hooks.gaps import WAITED_FOR, Gap, Mark, advance, from_text, to_text


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(1, 40), unique=True),
    st.lists(st.integers(1, 9), min_size=1, max_size=40),
    st.integers(1, 7),
)
def test_each_row_is_read_once_in_whatever_order_the_rows_appear(order, portions, limit):
    there, read, mark = set(), [], Mark(0)
    waiting = list(order)
    for size in [*portions, *([50] * 60)]:
        there.update(waiting[:size])
        del waiting[:size]
        wanted = [
            key
            for key in sorted(there)
            if key > mark.last or any(first <= key <= last for first, last in mark.spans)
        ][:limit]
        read += wanted
        mark = advance(mark, wanted, now=0)
        assert from_text(to_text(mark.gaps)) == mark.gaps
    assert sorted(read) == sorted(order)


def test_a_key_that_never_appears_is_forgotten_after_an_hour():
    mark = advance(Mark(4), [5, 9], now=100)
    assert mark == Mark(9, (Gap(6, 8, 100),))
    assert advance(mark, [7], now=200) == Mark(9, (Gap(6, 6, 100), Gap(8, 8, 100)))
    assert advance(mark, [], now=100 + WAITED_FOR) == Mark(9)
