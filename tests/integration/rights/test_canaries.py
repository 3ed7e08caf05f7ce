"""The short form of `python -m benchmarks.canaries`: 1,000 canaries there, 48 of them here."""

from benchmarks.canaries import run


def test_no_canary_lies_in_plain_bytes_and_none_anywhere_after_erasure(tmp_path, sqlite_template):
    assert run(12, tmp_path, template=sqlite_template) == (48, {}, {})
