"""What a phone gets is the script as written, without whole-line comments and indentation."""

import gzip
import re
from pathlib import Path

import pytest

import app.web as web
from app.web.squeeze import squeezed
from tests.web.owner.conftest import Owner

STATIC = Path(web.__file__).parent / "static"


def test_comments_and_indentation_go_and_lines_stay_lines() -> None:
    source = b'/* One\n   comment. */\nif (a) {\n  // why\n  b("http://x"); // stays\n\n  c\n}\n'
    assert squeezed(source) == b'if (a) {\nb("http://x"); // stays\nc\n}\n'


def test_a_string_over_several_lines_is_never_touched() -> None:
    source = b"a = `one\n    two`;\n"
    assert squeezed(source) == source


def test_what_looks_like_a_comment_inside_a_line_stays() -> None:
    source = b"a = '/*';\nb = '*/';\n"
    assert squeezed(source) == source


def test_every_style_sheet_keeps_all_its_words() -> None:
    for path in sorted(STATIC.glob("*.css")):
        source = path.read_bytes()
        assert _words(squeezed(source)) == _words(source), path.name


def _words(style: bytes) -> list[bytes]:
    return re.sub(rb"/\*.*?\*/", b"", style, flags=re.DOTALL).split()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_scripts_go_out_squeezed_and_the_unpacked_file_as_written(owner: Owner) -> None:
    path = "/static/owner.js"
    with owner.client.get(path, headers={"Accept-Encoding": "gzip"}) as packed:
        assert gzip.decompress(packed.data) == squeezed((STATIC / "owner.js").read_bytes())
    with owner.client.get(path) as plain:
        assert plain.data == (STATIC / "owner.js").read_bytes()
