"""Large files: kept sealed in pieces, and worked on in a process of their own."""

import io
import struct

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import write_session
from app.installation import adopt_vault
from app.staff.queries import list_audit_of
from app.surveys.register import alone, jobs, queries
from app.surveys.register import files as files_module
from app.surveys.register.files import FileGoneError, FileTooLargeError, RegisterFiles
from app.surveys.register.models import FileState, Household, Person
from app.vault import Vault
from tests.factories import head_office, make_staff

CONTENT = bytes(range(256)) * 10_000  # two and a half pieces


@pytest.fixture
def kept(tmp_path, vault):
    return RegisterFiles(tmp_path, vault)


def pieces(path):
    content, found = path.read_bytes(), []
    while content:
        length = 4 + struct.unpack(">I", content[:4])[0]
        found.append(content[:length])
        content = content[length:]
    return found


@pytest.mark.parametrize("content", [b"", b"x", CONTENT])
def test_a_file_comes_back_as_it_was_as_often_as_it_is_opened(kept, content):
    name, size = kept.keep(io.BytesIO(content))
    assert size == len(content)
    for _ in range(2):
        with kept.opener(name)() as file:
            assert file.read() == content


def test_nothing_of_a_file_lies_open(kept, tmp_path):
    name, _size = kept.keep(io.BytesIO("王敏,13800000001".encode() * 1000))
    stored = (tmp_path / name).read_bytes()
    assert b"13800000001" not in stored
    assert "王敏".encode() not in stored


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found[:-1],
        lambda found: [found[1], found[0], *found[2:]],
        lambda found: [*found, found[-1]],
        lambda found: [found[0][:-1] + b"x", *found[1:]],
        lambda found: [found[0][:100]],
    ],
)
def test_pieces_that_are_lost_moved_added_or_changed_are_not_read(kept, tmp_path, change):
    name, _size = kept.keep(io.BytesIO(CONTENT))
    path = tmp_path / name
    path.write_bytes(b"".join(change(pieces(path))))
    with pytest.raises(FileGoneError), kept.opener(name)() as file:
        file.read()


def test_a_file_that_is_too_large_leaves_nothing_behind(kept, tmp_path, monkeypatch):
    monkeypatch.setattr(files_module, "LARGEST", 2_000_000)
    with pytest.raises(FileTooLargeError):
        kept.keep(io.BytesIO(CONTENT))
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_checked_and_imported_in_a_process_of_its_own(engine, config):
    vault = Vault.from_file(config.key_file, create=True)
    files = jobs.files_of(config.instance, vault)
    rows = "".join(f"YQL,云栖里,1栋,1-{100 + n},王{n},1380000{n:04}\n" for n in range(30))
    text = f"小区编码,小区,楼栋,房号,业主姓名,电话\n{rows}"
    stored_as, size = files.keep(io.BytesIO(text.encode()))
    with write_session(engine) as session:
        adopt_vault(session, vault)
        make_staff(session)
        now = make_staff(session, login="other").created_at
        file = jobs.order_check(
            session, name="r.csv", stored_as=stored_as, size=size, actor=head_office(), now=now
        )
        key = file.id
    alone.start(config, jobs.CHECK, key)
    with write_session(engine) as session:
        assert queries.find_file(session, key).state is FileState.CHECKED
        jobs.order_import(session, key, now=now)
    alone.start(config, jobs.IMPORT, key)
    alone.start(config, jobs.IMPORT, key)  # once more: a worker may have died before it said so
    with Session(engine) as session:
        file = queries.find_file(session, key)
        assert (file.state, jobs.read_report(vault, file).counts["new"]) == (FileState.IMPORTED, 30)
        for table in (Household, Person):
            assert session.scalar(select(func.count()).select_from(table)) == 30
        told = [e.action for e in list_audit_of(session, "register")]
        assert told == ["register.import"]
    assert not (config.instance / "register-files" / stored_as).exists()
