"""One company for all tests of the API that leave nothing behind, and a copy for those that do."""

import shutil

import pytest

from app.db import db, make_engine
from tests.web.api.world import make_api_world


@pytest.fixture(scope="session")
def api(sqlite_template, tmp_path_factory):
    """The company with its keys, on a database of its own."""
    folder = tmp_path_factory.mktemp("api")
    path = folder / "world.sqlite"
    shutil.copy(sqlite_template, path)
    url = f"sqlite:///{path}"
    engine = make_engine(url)
    made = make_api_world(engine, url, folder)
    yield made
    with made.world.app.app_context():
        db.engine.dispose()
    engine.dispose()
