"""What a key may be allowed, and what a webhook may be told. Pure."""

from enum import StrEnum


class KeyScope(StrEnum):
    """One thing a key may do. Names and phone numbers of owners are in none of them."""

    TRACKER = "tracker:read"
    RESULTS = "results:read"
    ANSWERS = "answers:read"
    REGISTER = "register:read"
    CASES = "cases:read"
    CASE_HOMES = "cases:home"  # building and room beside the case
    CASE_WORDS = "cases:text"  # what the owner wrote
    CASES_WRITE = "cases:write"
    COMPLAINTS = "complaints:read"  # how far one is
    COMPLAINTS_WRITE = "complaints:write"  # take in


class Topic(StrEnum):
    """A family of events."""

    GATE = "gate"
    CASE = "case"
    PUBLICATION = "publication"


# Without the first of each pair the second gives nothing.
NEEDS = {
    KeyScope.CASE_HOMES: KeyScope.CASES,
    KeyScope.CASE_WORDS: KeyScope.CASES,
    KeyScope.CASES_WRITE: KeyScope.CASES,
    KeyScope.COMPLAINTS_WRITE: KeyScope.COMPLAINTS,
}


def completed(scopes: frozenset[KeyScope]) -> frozenset[KeyScope]:
    """Return the scopes with those they rest on."""
    return scopes | {NEEDS[one] for one in scopes if one in NEEDS}
