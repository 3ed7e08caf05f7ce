"""The operator takes out on the command line what the page takes out, and it goes on record."""

import base64
import json
from hashlib import sha256

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.cli.exports import export
from app.reports.exports.models import ExportOrder
from app.staff.models import AuditEntry
from tests.integration.exports.ordering import members

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def run(monkeypatch, config, world, session):
    config.key_file.write_bytes(base64.b64encode(bytes(range(32))))
    monkeypatch.setenv("LINSHENG_DATABASE", config.database_url)
    monkeypatch.setenv("LINSHENG_INSTANCE", str(config.instance))
    code = world.campaign.code
    session.rollback()
    return lambda *words: CliRunner().invoke(export, [code, *words])


def test_the_command_writes_a_zip_and_the_order_goes_on_record(run, session, tmp_path, world):
    out = tmp_path / "a.zip"
    words = ("--community", "C2", "--form", "json", "--reason", "备案", "--out", str(out))
    done = run(*words)
    assert done.exit_code == 0, done.output
    digest = sha256(out.read_bytes()).hexdigest()
    assert digest in done.output
    manifest = json.loads(members(out.read_bytes())["manifest.json"])
    assert (manifest["rows"], manifest["snapshot"]) == (12, world.laid[2].digest)
    made = session.scalars(select(ExportOrder)).one()
    assert (made.staff_id, made.digest, made.number) == (None, digest, manifest["export"])
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "export.fetch")).one()
    assert digest in entry.detail
    session.rollback()
    again = run(*words)
    assert again.exit_code == 1
    assert "a.zip is there already" in again.output


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--community", "C9"), "no community C9"), (("--kind", "kpi", "--form", "sav"), "allowed")],
)
def test_what_is_not_there_is_refused_in_a_sentence(run, tmp_path, words, said):
    done = run(*words, "--reason", "r", "--out", str(tmp_path / "b.zip"))
    assert done.exit_code == 1
    assert said in f"{done.output}{done.exception}"
