"""An installation runs with its own key only, and the demo never meets a real company."""

import pytest

from app.config import Config
from app.demo.build import build_demo
from app.factory import create_app
from app.installation import DEMO, DemoDataError, adopt_vault, open_vault, store_fact
from app.vault import Vault, VaultKeyError
from tests.factories import make_community


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "own.key"
    Vault.from_file(path, create=True)
    return path


def test_an_empty_installation_has_a_key_for_this_process_only(engine, tmp_path):
    missing = tmp_path / "missing.key"
    assert open_vault(engine, missing, is_demo=False).is_temporary
    assert not missing.exists()


def test_a_page_of_an_installation_without_key_answers_that_nothing_is_saved(config):
    assert create_app(config).test_client().get("/login").status_code == 503


def test_the_key_of_the_data_opens_it(engine, session, key_file):
    adopt_vault(session, Vault.from_file(key_file))
    session.commit()
    assert not open_vault(engine, key_file, is_demo=False).is_temporary


def test_a_lost_key_file_stops_the_start_and_is_not_replaced(engine, session, key_file):
    adopt_vault(session, Vault.from_file(key_file))
    session.commit()
    key_file.unlink()
    with pytest.raises(VaultKeyError):
        open_vault(engine, key_file, is_demo=False)
    assert not key_file.exists()


def test_another_key_stops_the_start(engine, session, key_file, tmp_path):
    adopt_vault(session, Vault.from_file(key_file))
    session.commit()
    other = tmp_path / "other.key"
    Vault.from_file(other, create=True)
    with pytest.raises(VaultKeyError, match=r"other\.key"):
        open_vault(engine, other, is_demo=False)
    with pytest.raises(VaultKeyError):
        adopt_vault(session, Vault.from_file(other))


def test_a_database_of_the_demo_does_not_start_as_a_real_one(engine, session, key_file):
    adopt_vault(session, Vault.from_file(key_file))
    store_fact(session, DEMO, "{}")
    session.commit()
    with pytest.raises(DemoDataError):
        open_vault(engine, key_file, is_demo=False)
    assert not open_vault(engine, key_file, is_demo=True).is_temporary


def test_the_demo_refuses_a_database_with_a_real_register(database_url, engine, session, tmp_path):
    make_community(session, households=2)
    session.commit()
    config = Config(
        database_url=database_url,
        instance=tmp_path,
        key_file=tmp_path / "vault.key",
        public_url="http://survey.example",
        company="邻声物业",
        demo=True,
    )
    with pytest.raises(DemoDataError):
        build_demo(config, say=lambda _line: None)


def test_a_second_starter_takes_the_key_of_the_first(tmp_path):
    path = tmp_path / "vault.key"
    first = Vault.from_file(path, create=True)
    second = Vault.from_file(path, create=True)
    assert first.fingerprint == second.fingerprint
    assert path.stat().st_mode & 0o077 == 0
    assert [one.name for one in tmp_path.iterdir()] == ["vault.key"]
