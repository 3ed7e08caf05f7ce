"""One world for all proofs of this folder: built once, put back after each test that writes."""

import shutil

import pytest

from app.db import db, make_engine
from tests.web.permissions.world import build


@pytest.fixture(scope="session")
def world(sqlite_template, tmp_path_factory):
    """Everything, on a database of its own."""
    folder = tmp_path_factory.mktemp("permissions")
    path = folder / "world.sqlite"
    shutil.copy(sqlite_template, path)
    url = f"sqlite:///{path}"
    engine = make_engine(url)
    made = build(engine, url, folder)
    yield made
    with made.app.app_context():
        db.engine.dispose()
    engine.dispose()
