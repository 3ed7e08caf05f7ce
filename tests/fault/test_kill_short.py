"""A short form of the kill test; the long one is `make kill-test`."""

from tests.fault.kill import run


def test_a_dozen_kills_lose_double_and_tear_nothing(tmp_path):
    ledger, found = run(12, seed=7, folder=tmp_path)

    assert ledger.errors == []
    assert len(ledger.receipts) >= 6
    assert sum(ledger.kills.values()) == 12
    stored = found.pop("stored")
    assert stored >= len(ledger.receipts)
    assert set(found.values()) == {0}, found
