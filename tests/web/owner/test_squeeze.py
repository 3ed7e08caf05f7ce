"""What a phone gets is the script as written, without whole-line comments and indentation."""

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import app.web as web
from app.web.squeeze import squeezed
from tests.web.owner.conftest import Owner

STATIC = Path(web.__file__).parent / "static"


def test_comments_and_indentation_go_and_lines_stay_lines() -> None:
    source = b'/* One\n   comment. */\nif (a) {\n  // why\n  b("http://x"); // stays\n\n  c\n}\n'
    assert squeezed(source) == b'if (a) {\nb("http://x"); // stays\nc\n}\n'


@pytest.mark.parametrize(
    "source",
    [
        b"a = `one\n    two`;\n",
        b"a = 'one\\\n    two';\n",
        b"a(); /* why\n  // still */\n  b();\n",
        b"a { background: url(\n//x/y) }\n",
    ],
)
def test_what_goes_on_over_the_end_of_a_line_is_never_touched(source: bytes) -> None:
    assert squeezed(source) == source


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_every_script_keeps_each_line_of_code(path: Path) -> None:
    source, lines, is_comment = path.read_bytes(), [], False
    for line in source.decode().splitlines():
        said = line.strip()
        is_comment = is_comment or said.startswith("/*")
        if said and not is_comment and not said.startswith("//"):
            lines.append(said)
        if is_comment and "*/" in said:
            assert said.endswith("*/"), line
            is_comment = False
    made = squeezed(source)
    if b"`" in source:
        assert made == source
        return
    assert made.decode().splitlines() == lines
    node = shutil.which("node")
    if node:
        subprocess.run([node, "--check", "-"], input=made, check=True)


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
