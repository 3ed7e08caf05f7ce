"""Compares whole entries of expected values, whatever their structure."""

from typing import Any

from tests.reference.expected import Expected


def differences(expected: Expected, name: str, found: Any) -> list[str]:
    """Return where `found` and the value of an entry differ, by path; empty when they agree."""
    entry = expected.entries[name]
    return _differences(entry["value"], found, (entry["rtol"], entry["atol"]), name)


def _differences(value: Any, found: Any, tolerance: tuple[float, float], path: str) -> list[str]:
    if isinstance(value, dict):
        assert set(found) == set(value), path
        return [
            line
            for key in value
            for line in _differences(value[key], found[key], tolerance, f"{path}.{key}")
        ]
    if isinstance(value, list):
        assert len(found) == len(value), path
        return [
            line
            for k, one in enumerate(value)
            for line in _differences(one, found[k], tolerance, f"{path}[{k}]")
        ]
    if isinstance(value, str):
        return [] if found == value else [f"{path}: {found} instead of {value}"]
    close = abs(float(found) - value) <= tolerance[1] + tolerance[0] * abs(value)
    return [] if close else [f"{path}: {found} instead of {value}"]
