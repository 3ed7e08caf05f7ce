"""One street of homes and one browser for each module of tests about the owner pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.end_to_end.street import Street, open_chromium, open_street


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Street]:
    """Forty homes nobody has answered for, on SQLite."""
    folder = tmp_path_factory.mktemp("street")
    database = folder / "street.sqlite"
    database.write_bytes(sqlite_template.read_bytes())
    with open_street(folder, database=database) as street:
        yield street


@pytest.fixture(scope="module")
def chromium(street: Street) -> Iterator[Browser]:
    """A browser for phones of that street."""
    with open_chromium(street.address) as browser:
        yield browser
