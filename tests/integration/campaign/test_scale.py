"""The command that builds a company at full size and measures head office's pages still works."""

from pathlib import Path

import pytest

from benchmarks.campaign_scale import SMALL, build, measure

# Statements of one page at the size of the short form; the measured ones stand in docs/scale.md.
MOST = {
    "tracker": 18,
    "tracker, one region": 18,
    "tracker, leader": 18,
    "community": 36,
    "search by address": 12,
    "search by name": 36,
    "search by phone": 12,
    "household": 52,
    "doors": 22,
    "due today": 106,
    "campaigns": 8,
}


def test_the_short_form_builds_a_company_and_opens_every_page(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Short form of `python -m benchmarks.campaign_scale`; a page that fails raises in it."""
    homes = build(database_url, tmp_path, SMALL)
    found = measure(database_url, tmp_path, homes=homes, requests=1)
    assert {one.name for one in found} == set(MOST)
    assert [one.name for one in found if one.statements > MOST[one.name]] == []
    assert "recount: 0 differences" in capsys.readouterr().out
