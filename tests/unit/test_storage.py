"""Files named by their content."""

import hashlib

import pytest

from app.storage import DamagedFileError, MissingFileError


def test_a_stored_file_comes_back_under_its_sha256(storage):
    digest = storage.put(b"content")
    assert digest == hashlib.sha256(b"content").hexdigest()
    assert storage.get(digest) == b"content"


def test_the_same_content_is_stored_once(storage):
    first = storage.path(storage.put(b"content"))
    stamp = first.stat().st_mtime_ns
    storage.put(b"content")
    assert first.stat().st_mtime_ns == stamp
    assert [p for p in first.parent.iterdir() if p.is_file()] == [first]


def test_a_changed_file_is_noticed(storage):
    digest = storage.put(b"content")
    storage.path(digest).write_bytes(b"Content")
    with pytest.raises(DamagedFileError):
        storage.get(digest)


@pytest.mark.parametrize("digest", ["0" * 64, "", "../../etc/passwd", "A" * 64, "0" * 63])
def test_what_is_not_stored_is_missing_and_no_name_leaves_the_folder(storage, digest):
    with pytest.raises(MissingFileError):
        storage.get(digest)
