"""The command that simulates a month of service still runs, and all that must hold does."""

from pathlib import Path

import pytest

from benchmarks.campaign_scale_data import Size
from benchmarks.service_month import Plan, run


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_simulated_week_of_a_small_company_keeps_every_rule(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Short form of `python -m benchmarks.service_month`: checks by plain SQL, pages, exports."""
    assert run(database_url, tmp_path, Plan(Size(1, 45, 1), weeks=1, hours=24), requests=0)
    told = capsys.readouterr().out
    assert "FAILS" not in told
    assert told.count("holds  ") == 16
