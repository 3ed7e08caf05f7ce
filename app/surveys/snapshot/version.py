"""The version of the code behind a number: a digest of the sources that compute it.

A number in a file or a label would stay the same when somebody changes a formula; the sources
themselves cannot. Two installations with the same sources and libraries have the same version.
"""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

_APP = Path(__file__).resolve().parents[2]
_PACKAGES = ("analysis", "surveys/instrument", "surveys/snapshot")
_FILES = ("surveys/response/vector.py", "reports/study.py", "reports/study_inputs.py")
_LIBRARIES = ("duckdb", "numpy", "scipy", "statsmodels")


@cache
def code_version() -> str:
    """Return 16 hexadecimal digits that change when a source or library behind results does."""
    found = [path for name in _PACKAGES for path in (_APP / name).rglob("*.py")]
    found += [_APP / name for name in _FILES]
    digest = hashlib.sha256()
    for path in sorted(found):
        digest.update(f"{path.relative_to(_APP).as_posix()}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    return digest.hexdigest()[:16]
