"""Data of an instrument file as YAML people can read and `load` takes back."""

import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from app.surveys.instrument.exchange.lines import Lines

_NARROW = 90
# What may mean something to YAML inside a line of braces: such words are put in quotes.
_MEANS_SOMETHING = re.compile(r"[\[\]{},?:#&*!|>'\"%@`\\]|^[-=~<.]|\s$|^\s")


def yaml_text(data: dict[str, Any], heading: str = "") -> str:
    """Write the data of an instrument file.

    Args:
        data: As `plain.instrument_data` returns it.
        heading: A comment above it; may have several lines.
    """
    writer = YAML()
    writer.width = 100_000
    writer.allow_unicode = True
    writer.indent(mapping=2, sequence=4, offset=2)
    target = Lines()
    writer.dump(_laid_out(data), target)
    top = "".join(f"# {line}\n" for line in heading.splitlines())
    return top + target.text()


def _laid_out(value: Any) -> Any:
    """Return mappings and lists for the writer; what fits into a line stands in one."""
    if isinstance(value, dict):
        is_line = all(isinstance(one, str | int) for one in value.values()) and _fits(value)
        made = CommentedMap(
            (key, _quoted(one) if is_line else _laid_out(one)) for key, one in value.items()
        )
        if value and is_line:
            made.fa.set_flow_style()
        return made
    if isinstance(value, list):
        listed = CommentedSeq(_laid_out(one) for one in value)
        if value and all(isinstance(one, str | int) for one in value) and _fits(value):
            listed.fa.set_flow_style()
        return listed
    return value


def _quoted(value: str | int) -> Any:
    """Put words in quotes that could be read as something else."""
    if isinstance(value, str) and _MEANS_SOMETHING.search(value):
        return DoubleQuotedScalarString(value)
    return value


def _fits(value: dict[Any, Any] | list[Any]) -> bool:
    """Say whether it is short; Chinese characters are twice as wide."""
    text = str(value)
    if "\n" in text:
        return False
    return len(text) + sum(ord(letter) > 0x2E80 for letter in text) <= _NARROW
