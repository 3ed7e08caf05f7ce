"""Reads the files of expected values and compares numbers the way they ask for."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SHARED = HERE.parents[1].parent / "shared"


@dataclass(frozen=True)
class Expected:
    """Expected values by id, with the tolerance of each."""

    entries: dict[str, dict[str, Any]]

    def value(self, name: str) -> Any:
        return self.entries[name]["value"]

    def agrees(self, found: float | None, name: str, *keys: str | int) -> bool:
        """Say whether |found - v| <= atol + rtol |v| for one number of an entry."""
        entry = self.entries[name]
        value = entry["value"]
        for key in keys:
            value = value[key]
        if isinstance(value, dict):
            value = value["value"]
        assert found is not None
        return abs(found - value) <= entry["atol"] + entry["rtol"] * abs(value)


def read_expected(path: Path) -> Expected:
    return Expected({entry["id"]: entry for entry in json.loads(path.read_text("utf-8"))})
