"""The cards of a market survey: lists of companies, statements and coded open answers. Pure.

The instrument format knows one company and fixed questions. What it cannot say stands in a file of
this small schema beside the instrument; both are published together, under one digest.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from app.surveys.instrument.yamltree import read_tree

Lists = Literal["image", "need", "reason", "fee_view", "within"]
Question = Literal[
    "community",
    "provider",
    "spontaneous",
    "known",
    "reason",
    "limits",
    "fee_paid",
    "fee_view",
    "elsewhere",
    "within",
    "image",
    "need",
    "fit",
    "first",
    "second",
    "never",
    "built",
    "phone",
]
LANGUAGES = ("zh-Hans", "en")

_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_Code = Annotated[str, StringConstraints(pattern=r"^(-?[0-9]|[a-z][a-z0-9_]{0,39})$")]


class CardsError(ValueError):
    """A file of cards is none; carries the place of what is wrong.

    Attributes:
        place: Key in the file, parted by dots.
        why: What the check says.
    """

    def __init__(self, place: str, why: str) -> None:
        super().__init__(f"{place}: {why}")
        self.place = place
        self.why = why


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class _EntrySpec(_Part):
    code: _Code
    zh: Annotated[_Words, Field(alias="zh-Hans")]
    en: _Words
    reverse: bool = False


class _TextSpec(_Part):
    zh: Annotated[_Words, Field(alias="zh-Hans")]
    en: _Words


class _CardsSpec(_Part):
    cards: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
    version: Annotated[int, Field(ge=1)]
    limits: Annotated[int, Field(ge=0, le=9)]
    reasons_up_to: Annotated[int, Field(ge=1, le=9)]
    questions: dict[Question, _TextSpec]
    lists: dict[Lists, Annotated[list[_EntrySpec], Field(min_length=2, max_length=20)]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list.

    Attributes:
        code: In answers and files.
        words: By language.
        reverse: A statement that is no praise.
    """

    code: str
    words: Mapping[str, str]
    reverse: bool = False

    def plain(self, language: str) -> str:
        """Return the words in a language."""
        return said(self.words, language)


@dataclass(frozen=True, slots=True)
class Cards:
    """All cards of one version.

    Attributes:
        code, version: Which.
        limits: Areas of which the limits are asked, in turn.
        reasons_up_to: Most coded reasons of one interview.
        questions: Words of the questions, by language.
        lists: Lines by list.
    """

    code: str
    version: int
    limits: int
    reasons_up_to: int
    questions: Mapping[str, Mapping[str, str]]
    lists: Mapping[str, tuple[Entry, ...]]

    def question(self, name: str, language: str) -> str:
        """Return the words of a question."""
        return said(self.questions[name], language)

    def codes(self, name: str) -> tuple[str, ...]:
        """Return the codes of a list, in order."""
        return tuple(entry.code for entry in self.lists[name])


def said(words: Mapping[str, str], language: str) -> str:
    """Return words in a language; other Chinese reads the simplified ones."""
    return words["en"] if language == "en" else words["zh-Hans"]


def load_cards(text: str) -> Cards:
    """Read a file of cards.

    Raises:
        CardsError: It is none; names the first thing that is wrong.
    """
    tree = read_tree(text)
    if tree.problems:
        first = tree.problems[0]
        raise CardsError(f"line {first.line}", first.code)
    try:
        spec = _CardsSpec.model_validate(tree.data)
    except ValidationError as error:
        found = error.errors()[0]
        raise CardsError(".".join(map(str, found["loc"])), found["msg"]) from error
    for name in Lists.__args__:  # type: ignore[attr-defined]
        codes = [one.code for one in spec.lists.get(name, ())]
        if not codes or len(set(codes)) != len(codes):
            raise CardsError(f"lists.{name}", "missing or repeated")
    for name in Question.__args__:  # type: ignore[attr-defined]
        if name not in spec.questions:
            raise CardsError(f"questions.{name}", "missing")
    return Cards(
        spec.cards,
        spec.version,
        spec.limits,
        spec.reasons_up_to,
        MappingProxyType({k: _words(one) for k, one in spec.questions.items()}),
        MappingProxyType(
            {k: tuple(Entry(one.code, _words(one), one.reverse) for one in entries)
             for k, entries in spec.lists.items()}
        ),
    )  # fmt: skip


def canonical_cards(cards: Cards) -> str:
    """Return cards as canonical JSON: the same cards, the same text."""
    data = {
        "code": cards.code,
        "version": cards.version,
        "limits": cards.limits,
        "reasons_up_to": cards.reasons_up_to,
        "questions": {name: dict(words) for name, words in cards.questions.items()},
        "lists": {
            name: [
                {"code": one.code, "words": dict(one.words), "reverse": one.reverse}
                for one in entries
            ]
            for name, entries in cards.lists.items()
        },
    }
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def cards_from_canonical(text: str) -> Cards:
    """Return the cards of a canonical text."""
    data: dict[str, Any] = json.loads(text)
    return Cards(
        data["code"],
        data["version"],
        data["limits"],
        data["reasons_up_to"],
        MappingProxyType(data["questions"]),
        MappingProxyType(
            {
                name: tuple(Entry(**one) for one in entries)
                for name, entries in data["lists"].items()
            }
        ),
    )


def digest_of(instrument: str, cards: str) -> str:
    """Return the digest both canonical texts are published under."""
    return hashlib.sha256(f"{instrument}\n{cards}".encode()).hexdigest()


def _words(one: _EntrySpec | _TextSpec) -> Mapping[str, str]:
    return MappingProxyType({"zh-Hans": one.zh, "en": one.en})
