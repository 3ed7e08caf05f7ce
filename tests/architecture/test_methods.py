"""Every method of the statistics names its source, and every name its definition."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "data", "uncertainty", "design", "levels", "importance", "scales", "tolerance", "priorities",
    "comparison", "disclosure", "nonresponse", "competitors", "planning", "simulation",
)  # fmt: skip
MODULES = {
    str(path.relative_to(ROOT)): path.read_text("utf-8")
    for name in PACKAGES
    for path in sorted((ROOT / "app" / "analysis" / name).rglob("*.py"))
}


def without_source(path: str, source: str) -> list[str]:
    """Public functions of a module whose docstring has no line that begins with ``Source:``."""
    return [
        f"{path}:{node.lineno} {node.name}"
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and not any(
            line.strip().startswith("Source: ") and len(line.strip()) > len("Source: ")
            for line in (ast.get_docstring(node) or "").splitlines()
        )
    ]


@pytest.mark.parametrize("name", PACKAGES)
def test_every_public_function_names_its_source(name: str) -> None:
    prefix = f"app/analysis/{name}/"
    found = [
        text
        for path, source in MODULES.items()
        if path.startswith(prefix)
        for text in without_source(path, source)
    ]
    assert found == []


def test_the_guard_sees_a_function_without_a_source() -> None:
    said = 'def f():\n    """Return f.\n\n    Source: ours, see docs/methods/levels.md.\n    """\n'
    assert without_source("m.py", said) == []
    assert without_source("m.py", said.replace("Source: ours", "After ours")) == ["m.py:1 f"]
    assert without_source("m.py", "def f(): pass\ndef _g(): pass\n") == ["m.py:1 f"]


def test_every_page_a_source_refers_to_exists() -> None:
    pages = {
        word.rstrip(".,;)")
        for source in MODULES.values()
        for word in source.split()
        if word.startswith("docs/methods/")
    }
    assert pages
    assert sorted(page for page in pages if not (ROOT / page).is_file()) == []
