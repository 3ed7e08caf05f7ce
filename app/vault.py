"""The vault: encryption of names, phones and comments, and every keyed hash of the product.

One key file outside the database holds a 32-byte root; each purpose has its own key derived from
it (HKDF-SHA-256), so that a token never tells anything about an index or a replicate group.
Losing the file means losing names and comments for good: back it up apart from the database.

The first line of the file is the root. Further lines are keys added later (`vault rotate`): the
last one seals, all of them open; the first byte of what is sealed tells which. Keyed hashes stay
with the root for ever: printed tokens, indexes and replicate groups must mean the same for years.
"""

import base64
import hashlib
import hmac
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12
_MOST_KEYS = 255  # the number of a key is one byte


class VaultKeyError(RuntimeError):
    """The key file is missing, damaged or not the one the data was sealed with."""


class Vault:
    """Seals text, opens it again, and makes keyed hashes. Holds no state but its keys."""

    def __init__(
        self, root: bytes, *, further: Sequence[bytes] = (), is_temporary: bool = False
    ) -> None:
        if any(len(key) != 32 for key in (root, *further)):
            raise VaultKeyError("a key must have 32 bytes")
        if len(further) >= _MOST_KEYS:
            raise VaultKeyError("too many keys")
        self.is_temporary = is_temporary
        self._root = root
        self._keys: dict[bytes, bytes] = {}
        self._hashes: dict[str, hmac.HMAC] = {}
        self._further = tuple(further)
        self._opening = {1: AESGCM(self._derive(b"seal"))}
        for number, key in enumerate(further, 2):
            info = b"linsheng:seal"
            self._opening[number] = AESGCM(HKDF(SHA256(), 32, salt=None, info=info).derive(key))
        self.newest = len(self._opening)
        self._sealing, self._mark = self._opening[self.newest], bytes([self.newest])

    @classmethod
    def from_file(cls, path: Path, *, create: bool = False) -> "Vault":
        """Read the key file, or make one (owner-readable only) when `create` is set.

        Raises:
            VaultKeyError: The file is missing or does not hold a key.
        """
        if create and not path.exists():
            _make_key_file(path)
        try:
            lines = path.read_bytes().strip().split(b"\n")
            root, *further = (base64.b64decode(line.strip(), validate=True) for line in lines)
        except (OSError, ValueError) as error:
            raise VaultKeyError(str(path)) from error
        return cls(root, further=further)

    @classmethod
    def temporary(cls) -> "Vault":
        """Return a vault whose key ends with this process: for an installation without data."""
        return cls(os.urandom(32), is_temporary=True)

    @property
    def fingerprint(self) -> str:
        """Name the keys without telling them: 32 hexadecimal digits."""
        added = "".join(hashlib.sha256(key).hexdigest() for key in self._further)
        return self.keyed_hash("fingerprint", added)[:16].hex()

    def before_last_key(self) -> "Vault":
        """Return the vault as it was before its newest key was added; the same if it has one."""
        return Vault(self._root, further=self._further[:-1], is_temporary=self.is_temporary)

    def seal(self, text: str, purpose: str) -> bytes:
        """Encrypt `text` (AES-256-GCM); `purpose` binds the result to its column."""
        nonce = os.urandom(_NONCE)
        sealed = self._sealing.encrypt(nonce, text.encode(), purpose.encode())
        return self._mark + nonce + sealed

    def seal_many(self, texts: Sequence[str], purpose: str) -> list[bytes]:
        """Encrypt texts like `seal`; the random nonces are drawn in one piece."""
        nonces = os.urandom(_NONCE * len(texts))
        bound, encrypt = purpose.encode(), self._sealing.encrypt
        sealed = []
        for at, text in enumerate(texts):
            nonce = nonces[_NONCE * at : _NONCE * (at + 1)]
            sealed.append(self._mark + nonce + encrypt(nonce, text.encode(), bound))
        return sealed

    def open(self, sealed: bytes, purpose: str) -> str:
        """Decrypt what `seal` made for the same purpose.

        Raises:
            VaultKeyError: Another key, another purpose, or damaged bytes.
        """
        opening = self._opening.get(sealed[0]) if sealed else None
        if opening is None:
            raise VaultKeyError("sealed with a key that is not in the key file")
        nonce, body = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            return opening.decrypt(nonce, body, purpose.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise VaultKeyError(purpose) from error

    def keyed_hash(self, purpose: str, text: str) -> bytes:
        """Return HMAC-SHA-256 of `text` under the key of `purpose`, 32 bytes."""
        prepared = self._hashes.get(purpose)
        if prepared is None:
            key = self._derive(purpose.encode())
            prepared = self._hashes[purpose] = hmac.new(key, digestmod=hashlib.sha256)
        # A copy has the key mixed in already: half the time where a million names are hashed.
        begun = prepared.copy()
        begun.update(text.encode())
        return begun.digest()

    def _derive(self, purpose: bytes) -> bytes:
        if purpose not in self._keys:
            key = HKDF(SHA256(), 32, salt=None, info=b"linsheng:" + purpose).derive(self._root)
            self._keys[purpose] = key
        return self._keys[purpose]


def add_key(path: Path) -> None:
    """Add a key to the key file; from the next start on it seals. The file is replaced whole."""
    Vault.from_file(path)
    content = path.read_bytes().strip() + b"\n" + base64.b64encode(os.urandom(32)) + b"\n"
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)


def _make_key_file(path: Path) -> None:
    """Write a new key durably; of two starters at once one wins, and no one sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(base64.b64encode(os.urandom(32)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(name, path)
    except FileExistsError:
        return
    finally:
        Path(name).unlink()
