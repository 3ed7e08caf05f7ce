"""YAML text to plain data plus the position of every value. No tags, no anchors, no surprises."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLStreamError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    NodeEvent,
)
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from app.surveys.instrument.problems import Position, Problem, path_text

MAX_BYTES = 1_000_000
MAX_DEPTH = 12

_TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,8})")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,9}\.[0-9]{1,9}")
_UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff]")

Path = tuple[str | int, ...]


@dataclass(slots=True)
class Tree:
    """A read YAML file: plain data, where each value stands, and what was wrong."""

    data: object = None
    marks: dict[str, Position] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, path: Path, position: Position, code: str, **data: str | int) -> None:
        """Note a problem at a position."""
        self.problems.append(Problem(path_text(path), *position, code, data))


def read_tree(text: str) -> Tree:
    """Read YAML 1.2 without anchors, aliases, tags, merge keys and repeated keys.

    Args:
        text: The whole file, at most `MAX_BYTES` in UTF-8.

    Returns:
        The tree; its `data` is to be used only when its `problems` are empty.
    """
    tree = Tree()
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        tree.refuse((), (1, 1), "file_too_large", limit=MAX_BYTES)
        return tree
    try:
        _refuse_tricks(tree, YAML(typ="safe", pure=True).parse(text))
        if tree.problems:
            return tree
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        tree.refuse((), position, "not_yaml", reason=str(error.problem or error.context or "?"))
        return tree
    except (YAMLError, YAMLStreamError, ValueError) as error:
        index = getattr(error, "position", 0)
        line = text.count("\n", 0, index) + 1
        tree.refuse((), (line, 1), "not_yaml", reason=str(getattr(error, "reason", "?")))
        return tree
    if node is None:
        tree.refuse((), (1, 1), "file_empty")
    else:
        tree.data = _plain(tree, node, ())
    return tree


def _start(thing: Event | Node) -> Position:
    return thing.start_mark.line + 1, thing.start_mark.column + 1


def _refuse_tricks(tree: Tree, events: Iterable[Event]) -> None:
    """Look at the stream of events only, so that nothing is ever expanded."""
    depth = documents = 0
    for event in events:
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                tree.refuse((), _start(event), "several_documents")
            if event.version or event.tags:
                tree.refuse((), _start(event), "yaml_directive")
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        elif isinstance(event, NodeEvent):
            _refuse_node_tricks(tree, event)
            depth += isinstance(event, CollectionStartEvent)
            if depth > MAX_DEPTH:
                tree.refuse((), _start(event), "too_deep", limit=MAX_DEPTH)
                return


def _refuse_node_tricks(tree: Tree, event: NodeEvent) -> None:
    if isinstance(event, AliasEvent) or event.anchor:
        tree.refuse((), _start(event), "yaml_anchor")
        return
    tag = getattr(event, "tag", None)
    if tag:
        tree.refuse((), _start(event), "yaml_tag", word=str(tag)[:40])


def _plain(tree: Tree, node: Node, path: Path) -> object:
    tree.marks.setdefault(path_text(path), _start(node))
    if isinstance(node, MappingNode):
        return _mapping(tree, node, path)
    if isinstance(node, SequenceNode):
        return [_plain(tree, child, (*path, index)) for index, child in enumerate(node.value)]
    return _scalar(tree, node, path) if isinstance(node, ScalarNode) else None


def _mapping(tree: Tree, node: MappingNode, path: Path) -> Mapping[str | int, object]:
    data: dict[str | int, object] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, ScalarNode):
            tree.refuse(path, _start(key_node), "bad_key", word="?")
            continue
        key = _scalar(tree, key_node, path)
        if not isinstance(key, str | int) or isinstance(key, bool):
            tree.refuse(path, _start(key_node), "bad_key", word=str(key_node.value)[:40])
            continue
        here = (*path, str(key))
        if key in data:
            tree.refuse(here, _start(key_node), "repeated_key", word=str(key))
            continue
        tree.marks[path_text(here)] = _start(key_node)
        data[key] = _plain(tree, value_node, here)
    return data


def _scalar(tree: Tree, node: ScalarNode, path: Path) -> str | int | float | bool | None:
    kind, value = str(node.tag).removeprefix(_TAG), str(node.value)
    if kind == "str":
        if _UNPRINTABLE.search(value):
            tree.refuse(path, _start(node), "bad_character")
        return value
    if kind == "int" and _INTEGER.fullmatch(value):
        return int(value)
    if kind == "float" and _DECIMAL.fullmatch(value):
        return float(value)
    if kind == "bool":
        return value.lower() == "true"
    if kind == "null":
        return None
    tree.refuse(path, _start(node), "ambiguous_value", word=value[:40])
    return None
