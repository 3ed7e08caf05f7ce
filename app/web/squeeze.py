"""Leaves out of scripts and style what only their readers need: whole-line comments, indentation.

Lines stay lines, so nothing a script means can change; a slow phone is spared a twentieth of the
form. Served compressed only: the file itself stays as it was written.
"""

import re

_COMMENTS = re.compile(r"^[ \t]*(?://[^\n]*|/\*(?:[^*]|\*(?!/))*\*/[ \t]*)(?:\n|\Z)", re.MULTILINE)
_EDGES = re.compile(r"^[ \t]+|[ \t]+$|\n(?=\n)", re.MULTILINE)
_TEMPLATE = "`"  # a string over several lines would lose its own indentation


def squeezed(body: bytes) -> bytes:
    """Return the text of a script or a style sheet of ours without comments and indentation."""
    text = body.decode("utf-8")
    if _TEMPLATE in text:
        return body
    return _EDGES.sub("", _COMMENTS.sub("", text)).encode("utf-8")
