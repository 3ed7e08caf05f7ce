"""Checks that this machine can do what the product promises; says in one line what is missing."""

import ctypes.util
import shutil
import subprocess
import sys

import pysqlite3.dbapi2 as sqlite


def problems() -> list[str]:
    """Return one sentence per problem."""
    found = []
    if sqlite.sqlite_version_info < (3, 51, 3):
        found.append(f"SQLite {sqlite.sqlite_version} can lose commits in WAL mode.")
    needed = (("pango-1.0", "libpango-1.0-0"), ("pangoft2-1.0", "libpangoft2-1.0-0"))
    for library, package in needed:
        if ctypes.util.find_library(library) is None:
            found.append(f"PDF reports need {package}.")
    if ctypes.util.find_library("harfbuzz-subset") is None:
        found.append("Without libharfbuzz-subset0 each Chinese PDF takes ten times as long.")
    if shutil.which("fc-list"):
        fonts = subprocess.run(
            ["fc-list", ":lang=zh-cn"], capture_output=True, text=True, check=False
        ).stdout
        if not fonts.strip():
            found.append("No Chinese font: install fonts-noto-cjk (or fonts-wqy-microhei).")
        found += [
            f"{what} in owners' words print as numbers in PDFs: install {package}."
            for what, code, package in (
                ("Emoji", "1f468", "fonts-noto-color-emoji"),
                ("Thai and other scripts", "e17", "fonts-noto-core"),
            )
            if not has_font_for(code)
        ]
    return found


def has_font_for(code: str) -> bool:
    """Say whether some font has a form for a character, given in hexadecimal."""
    command = ["fc-list", f":charset={code}", "file"]
    return bool(subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip())


if __name__ == "__main__":
    for line in problems():
        print("warning:", line, file=sys.stderr)
