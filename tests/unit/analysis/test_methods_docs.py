"""The worked examples of docs/methods are run: what a page promises is what the code returns."""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted((ROOT / "docs" / "methods").glob("*.md"))
LINK = re.compile(r"\]\(([^)#:]+)(#[^)]*)?\)")
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
INDEX = "README.md"


def failures(text: str, name: str) -> list[str]:
    """Run the examples of a page, which share their names, and return what they complain about."""
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    names: dict[str, object] = {}
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start(1))
        example = doctest.DocTestParser().get_doctest(block[1], names, name, name, line)
        runner.run(example, out=said.append, clear_globs=False)
        names = example.globs
    return said


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_of_a_page_come_out_as_printed(page: Path) -> None:
    text = page.read_text("utf-8")
    assert failures(text, page.name) == []
    blocks = BLOCK.findall(text)
    assert all(">>>" in block for block in blocks), "a block without a prompt is never run"
    assert blocks or page.name == INDEX, "every method has a worked example"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_leads_only_to_pages_that_exist(page: Path) -> None:
    targets = [target for target, _ in LINK.findall(page.read_text("utf-8"))]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_index_leads_to_every_page() -> None:
    text = (ROOT / "docs" / "methods" / INDEX).read_text("utf-8")
    named = {target for target, _ in LINK.findall(text)}
    assert {page.name for page in PAGES} - {INDEX} <= named


def test_a_false_example_is_found_and_blocks_share_their_names() -> None:
    page = "```python\n>>> x = 2\n```\ntext\n```python\n>>> x + 1\n{}\n```\n"
    assert failures(page.format(3), "page") == []
    assert "Expected:\n    4\nGot:\n    3" in "".join(failures(page.format(4), "page"))
