"""The house rules as functions over source text: each returns what it complains about.

They look at one file at a time and touch no disk, so that their own tests can plant violations.
"""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

MOST_LINES = 450
MOST_LINES_OF_A_FUNCTION = 60
SQL = {
    "select", "insert", "update", "delete", "text", "union", "union_all", "literal_column",
    "exists", "bindparam", "table", "column",
}  # fmt: skip
COMMITTERS = ("app/web/transaction.py", "app/db.py", "app/cli/", "app/cli.py", "app/worker.py")
DYNAMIC_IMPORTERS = ("app/factory.py", "app/cli/__init__.py", "app/cli.py")
CLOCK = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
         ("time", "time"), ("time", "time_ns")}  # fmt: skip
PURE = re.compile(r"^app/(analysis/.*|surveys/instrument/.*|.*/rules)\.py$")
IMPURE_MODULES = {"os", "io", "pathlib", "random", "secrets", "time", "subprocess", "socket"}
SEEDED = {"Generator", "default_rng", "SeedSequence", "PCG64", "Philox"}


@lru_cache(maxsize=2)  # all rules look at one file before the next one comes
def parsed(source: str) -> ast.Module:
    """Return the tree of a source; nobody changes it."""
    return ast.parse(source)


def sql_outside_queries(path: str, source: str) -> list[str]:
    """SQL constructs are built in queries.py; models may write index conditions."""
    if path.endswith("/queries.py") or path == "app/db.py":
        return []
    allowed = {"text"} if path.endswith("/models.py") else set()
    found = []
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            names = {alias.name for alias in node.names} & SQL - allowed
            found += [f"{path}:{node.lineno} imports {name} of sqlalchemy" for name in names]
        if isinstance(node, ast.Import):
            names = {a.name for a in node.names if a.name.split(".")[0] == "sqlalchemy"}
            found += [f"{path}:{node.lineno} imports {name} as a whole" for name in names]
        if isinstance(node, ast.Attribute) and node.attr == "exec_driver_sql":
            found.append(f"{path}:{node.lineno} sends SQL text")
        is_session = isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("session")
        if is_session and node.attr == "query":
            found.append(f"{path}:{node.lineno} queries through the session")
    return found


def commits_inside(path: str, source: str) -> list[str]:
    """Only the edge commits."""
    if path.startswith(COMMITTERS):
        return []
    return [
        f"{path}:{node.lineno} commits"
        for node in ast.walk(parsed(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
    ]


def hidden_imports(path: str, source: str) -> list[str]:
    """No import inside a function, no relative one, no TYPE_CHECKING, none by name."""
    tree = parsed(source)
    found = []
    for function in _functions(tree):
        found += [
            f"{path}:{node.lineno} imports inside a function"
            for node in ast.walk(function)
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            found.append(f"{path}:{node.lineno} imports relatively")
        if isinstance(node, ast.Name | ast.Attribute | ast.alias):
            name = getattr(node, "id", getattr(node, "attr", getattr(node, "name", "")))
            if name == "TYPE_CHECKING":
                found.append(f"{path}:{node.lineno} imports for type checking only")
            if name in {"import_module", "__import__"} and path not in DYNAMIC_IMPORTERS:
                found.append(f"{path}:{node.lineno} imports by name")
    return found


def missing_docstring(path: str, source: str) -> list[str]:
    """Every module says in one line what it is for."""
    text = ast.get_docstring(parsed(source))
    return [] if text else [f"{path} has no docstring"]


def too_large(path: str, source: str) -> list[str]:
    """Files and functions stay small enough to be read at once."""
    found = []
    lines = source.count("\n")
    if lines > MOST_LINES:
        found.append(f"{path} has {lines} lines")
    for function in _functions(parsed(source)):
        length = (function.end_lineno or 0) - function.lineno + 1
        if length > MOST_LINES_OF_A_FUNCTION:
            found.append(f"{path}:{function.lineno} {function.name} has {length} lines")
    return found


def clock_readers(path: str, source: str) -> list[str]:
    """Only app/clock.py asks for the present time."""
    if path == "app/clock.py":
        return []
    return [
        f"{path}:{node.lineno} reads the clock"
        for node in ast.walk(parsed(source))
        if isinstance(node, ast.Attribute)
        and (ast.unparse(node.value).split(".")[-1], node.attr) in CLOCK
    ]


def impure(path: str, source: str) -> list[str]:
    """rules.py, the instrument and the analysis touch no file, environment or shared chance."""
    if not PURE.match(path):
        return []
    found = []
    for node in ast.walk(parsed(source)):
        names: set[str] = set()
        if isinstance(node, ast.Import):
            names = {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {(node.module or "").split(".")[0]}
        found += [f"{path} imports {name}" for name in sorted(names & IMPURE_MODULES)]
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "open":
            found.append(f"{path}:{node.lineno} opens a file")
        is_random = isinstance(node, ast.Attribute) and node.attr not in SEEDED
        if is_random and ast.unparse(node.value) in {"np.random", "numpy.random"}:
            found.append(f"{path}:{node.lineno} uses shared randomness")
    return found


def messages_of_python(path: str, source: str) -> tuple[set[str], list[str]]:
    """Return the message ids of a module, and calls whose id is no plain text."""
    messages, found = set(), []
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {
            "_",
            "gettext",
            "i18n.gettext",
        }:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                messages.add(first.value)
            else:
                found.append(f"{path}:{node.lineno} translates something that is no literal")
    return messages, found


def messages_of_template(path: str, source: str) -> tuple[set[str], list[str]]:
    """Return the message ids of a template, and calls whose id is no plain text."""
    messages, found = set(), []
    for call in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "_":
            first = call.args[0] if call.args else None
            if isinstance(first, nodes.Const) and isinstance(first.value, str):
                messages.add(first.value)
            else:
                found.append(f"{path}:{call.lineno} translates something that is no literal")
    return messages, found


def read_catalogue(lines: list[bytes]) -> dict[str, str]:
    """Return message id to translation; an entry without translation maps to ""."""
    return {str(m.id): str(m.string or "") for m in read_po(lines) if m.id}


def bad_translations(catalogue: dict[str, str]) -> list[str]:
    """Translations keep the placeholders and use full-width punctuation beside Chinese."""
    found = []
    for message, translation in catalogue.items():
        if _placeholders(message) != _placeholders(translation):
            found.append(f"{message!r}: other placeholders")
        if _NARROW.search(translation):
            found.append(f"{message!r}: narrow punctuation in {translation!r}")
    return found


_HAN = "[\u4e00-\u9fff]"
_NARROW = re.compile(f"{_HAN} *[,;?!]|[,;?!] *{_HAN}|{_HAN}[:(]|[)]{_HAN}|[(]{_HAN}|{_HAN}[)]")


def _placeholders(text: str) -> list[str]:
    return sorted(set(re.findall(r"\{(\w*)", text)))


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
