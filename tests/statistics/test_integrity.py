"""A short, seeded form of `benchmarks/integrity.py`, which the figures come from."""

from benchmarks.integrity import read_instrument, run
from benchmarks.integrity_data import BULK, COPIES


def test_bulk_and_copies_stand_out_among_honest_variety() -> None:
    one = run(read_instrument(), 7, 0.25, communities=16, crooked=3)
    assert one.found[BULK] == (1, 1)
    assert one.found[COPIES] == (1, 1)
    assert one.suspected <= 1  # of 13 honest ones
    assert one.met == 1  # calls meet a made-up answer in each
    assert min(one.bias) > 1  # what ignoring it would cost, in points
