"""Changing the sealing key: everything opens with the new one, nothing is left under the old."""

import pytest
from sqlalchemy import select

from app.db import write_session
from app.installation import FINGERPRINT, open_vault, store_fact
from app.rights.keys import queries, services
from app.rights.sealed import PURPOSES
from app.surveys.campaign.models import EndedExclusion
from app.vault import Vault, VaultKeyError
from tests.factories import NOW
from tests.integration.rights.test_erasure import hide_canaries, sealed_columns
from tests.migrations.rows import fill_every_table


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "vault.key"
    Vault.from_file(path, create=True)
    return path


def filled(engine, vault):
    """Fill every table; what the rows hold that was never sealed is sealed first."""
    with write_session(engine) as session:
        fill_every_table(session)
        hidden = hide_canaries(session, vault)
        store_fact(session, FINGERPRINT, vault.fingerprint)
    return hidden


def test_after_rotation_every_value_opens_and_stands_under_the_new_key(engine, key_file):
    old = Vault.from_file(key_file)
    token, index = old.keyed_hash("token", "a"), old.keyed_hash("name-index", "王")
    hidden = filled(engine, old)
    done = services.rotate(engine, key_file, clock=lambda: NOW)
    vault = open_vault(engine, key_file, is_demo=False)
    assert vault.newest == 2
    assert set(done) == set(hidden)
    with write_session(engine) as session:
        assert queries.count_outdated(session, vault) == {}
        for place, _table, _name, _where, value, purpose in sealed_columns(session):
            assert any(canary in vault.open(value, purpose) for canary in hidden[place]), place
            with pytest.raises(VaultKeyError):
                old.open(value, purpose)
        assert session.scalars(select(EndedExclusion)).first() is not None
    # Letters that were printed and indexes that were built mean the same as before.
    assert (vault.keyed_hash("token", "a"), vault.keyed_hash("name-index", "王")) == (token, index)


def test_a_rotation_that_broke_off_goes_on_with_the_same_key(engine, key_file, monkeypatch):
    filled(engine, Vault.from_file(key_file))
    reseal, calls = queries.reseal_slice, []

    def dies(*args, **kwargs):
        calls.append(1)
        if len(calls) == 10:
            raise ConnectionError
        return reseal(*args, **kwargs)

    monkeypatch.setattr(services.queries, "reseal_slice", dies)
    with pytest.raises(ConnectionError):
        services.rotate(engine, key_file, clock=lambda: NOW)
    vault = open_vault(engine, key_file, is_demo=False)
    with write_session(engine) as session:
        half = queries.count_outdated(session, vault)
    assert 0 < len(half) < len(PURPOSES)
    services.rotate(engine, key_file, clock=lambda: NOW)
    vault = open_vault(engine, key_file, is_demo=False)
    with write_session(engine) as session:
        assert (queries.count_outdated(session, vault), vault.newest) == ({}, 2)


def test_a_key_file_without_the_new_key_is_refused_at_the_start(engine, key_file):
    old = key_file.read_bytes()
    filled(engine, Vault.from_file(key_file))
    services.rotate(engine, key_file, clock=lambda: NOW)
    key_file.write_bytes(old)
    with pytest.raises(VaultKeyError):
        open_vault(engine, key_file, is_demo=False)
