"""The wide sections as tables: every section a study has, and the reason for one it has not."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from app.analysis.results.study import StudyResult
from app.cli.study_table import study_table
from app.i18n import set_language
from app.reports.wording import Names
from tests.unit.analysis.test_wide import community, everything, studied

NAMES = Names({"security": "Security", "cleaning": "Cleaning", "repairs": "Repairs"}, {}, {})


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    set_language("en")
    yield
    set_language("zh-Hans")


@pytest.fixture(scope="module")
def result() -> StudyResult:
    data = replace(
        community(700),
        cell_variables=("tenure",),
        cell_names=(("owner",), ("tenant",)),
        cell=np.arange(700) % 3 // 2,
    )
    return studied(data, segments=("tenure",))


def test_every_wide_section_has_its_table(result: StudyResult) -> None:
    text = study_table(result, NAMES)
    headings = [
        "Penalty and reward",
        "What tells the most satisfied from the others",
        "What tells the least satisfied from the others",
        "Odds of a better overall rating, by one point of an item",
        "Odds of a better overall rating, by group",
        "What the ratings have in common",
        "Path model",
        "Places in further pictures",
    ]
    assert [one for one in headings if f"== {one} ==" not in text] == []
    assert "tenure: tenant against owner" in text
    assert "quality → overall" in text
    assert result.contrast is not None
    classes = {one.kind for one in result.contrast.items} - {None}
    assert all(str(kind) in text for kind in classes)


def test_a_refused_section_says_why() -> None:
    few = study_table(studied(community(80)), NAMES)
    for why in (
        "too few households answered all of it",
        "too few households answered both items of a pair",
    ):
        assert f"Not computed ({why})" in few


def test_a_study_without_these_sections_has_no_such_table(result: StudyResult) -> None:
    bare = replace(
        result, contrast=None, box_drivers=(), ordinal=(), factors=None, model=None, pictures=None
    )
    text = study_table(bare, NAMES)
    assert "Penalty and reward" not in text
    assert "Path model" not in text
    assert everything(community(80)).contrast
