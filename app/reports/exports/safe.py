"""Texts that leave: what no file can hold is replaced, and no cell becomes a formula. Pure."""

import re

# Programs take a cell that begins so for a formula; some turn the wide forms into the narrow ones.
_RISKY = ("=", "+", "-", "@", "\t", "\n", "\r", "＝", "＋", "－", "＠", "'")
_LOST = "\ufffd"
# Neither XML nor a spreadsheet holds these: controls, halves of pairs, non-characters.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("\r\n|\r|\x85|\u2028|\u2029")


def cleaned(text: str) -> str:
    """Return a text every form of file can hold: one kind of line break, no control characters."""
    return _UNFIT.sub(_LOST, _BREAKS.sub("\n", text))


def guarded(text: str) -> str:
    """Return a text as a cell of a CSV file that no spreadsheet takes for a formula.

    One apostrophe stands before what is risky, also before an apostrophe, so that taking one away
    gives the text back (`unguarded`).
    """
    return f"'{text}" if text.startswith(_RISKY) else text


def unguarded(cell: str) -> str:
    """Return the text of a guarded cell."""
    return cell.removeprefix("'")
