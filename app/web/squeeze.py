"""Leaves out of scripts and style what only their readers need: whole-line comments, indentation.

Lines stay lines, so nothing a script means can change; a slow phone is spared a twentieth of the
form. Served compressed only: the file itself stays as it was written.
"""

import re

_COMMENTS = re.compile(r"^[ \t]*(?://[^\n]*|/\*(?:[^*]|\*(?!/))*\*/[ \t]*)(?:\n|\Z)", re.MULTILINE)
_EDGES = re.compile(r"^[ \t]+|[ \t]+$|\n(?=\n)", re.MULTILINE)
# What may go on over the end of a line, where a line on its own says too little: a template, a
# string, a comment after code, an address in a style sheet.
_GOES_ON = re.compile(
    r"`|\\$|url\(\s*$|^[ \t]*(?!/\*)[^\s][^\n]*?/\*(?:(?!\*/)[^\n])*$", re.MULTILINE
)


def squeezed(body: bytes) -> bytes:
    """Return the text of a script or a style sheet of ours without comments and indentation.

    A text that cannot be read line by line is returned as it is.
    """
    text = body.decode("utf-8")
    if _GOES_ON.search(text):
        return body
    return _EDGES.sub("", _COMMENTS.sub("", text)).encode("utf-8")
