"""The vault: what it seals opens only with the same key and purpose."""

import pytest

from app.vault import Vault, VaultKeyError


@pytest.mark.parametrize("text", ["", "王𠮷", "a" * 10_000])
def test_what_is_sealed_opens_again(vault, text):
    assert vault.open(vault.seal(text, "name"), "name") == text


def test_the_same_text_is_sealed_differently_each_time(vault):
    assert vault.seal("王", "name") != vault.seal("王", "name")


def test_another_purpose_does_not_open(vault):
    with pytest.raises(VaultKeyError):
        vault.open(vault.seal("王", "name"), "phone")


def test_another_key_does_not_open(vault):
    with pytest.raises(VaultKeyError):
        Vault(bytes(32)).open(vault.seal("王", "name"), "name")


def test_any_changed_byte_is_noticed(vault):
    sealed = vault.seal("王", "name")
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(VaultKeyError):
            vault.open(changed, "name")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(12), b"\x02" + bytes(40)])
def test_what_was_never_sealed_does_not_open(vault, sealed):
    with pytest.raises(VaultKeyError):
        vault.open(sealed, "name")


def test_keyed_hashes_repeat_and_depend_on_key_purpose_and_text(vault):
    value = vault.keyed_hash("token", "a")
    assert len(value) == 32
    assert vault.keyed_hash("token", "a") == value
    assert vault.keyed_hash("device", "a") != value
    assert vault.keyed_hash("token", "b") != value
    assert Vault(bytes(32)).keyed_hash("token", "a") != value


def test_a_key_file_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    path = tmp_path / "instance" / "vault.key"
    sealed = Vault.from_file(path, create=True).seal("王", "name")
    assert path.stat().st_mode & 0o777 == 0o600
    assert Vault.from_file(path, create=True).open(sealed, "name") == "王"


def test_a_missing_or_damaged_key_file_is_refused(tmp_path):
    with pytest.raises(VaultKeyError):
        Vault.from_file(tmp_path / "nothing")
    for content in (b"", b"short", b"!" * 44):
        (tmp_path / "key").write_bytes(content)
        with pytest.raises(VaultKeyError):
            Vault.from_file(tmp_path / "key")
