"""What is known of an upload between its steps: found columns, what people chose, the report.

Each is sealed in its row, because cells of a foreign file may hold names and phones.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from app.surveys.history.errors import MapProblem
from app.surveys.history.mapping.loss import Loss, losses_from_json, losses_to_json
from app.surveys.history.mapping.proposals import ColumnFacts, Guess
from app.surveys.history.models import HistoryFile
from app.surveys.history.reading.data import SourceColumn
from app.vault import Vault

_FOUND, _CHOICE, _REPORT = "history-found", "history-choice", "history-report"
LOSS = "history-loss"
ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Found:
    """What reading a file found.

    Attributes:
        kind, encoding, rows: As read.
        is_wjx: It looks like a sheet of 问卷星.
        columns: Its columns with their values, where these may be shown.
        guesses: Proposal for every column.
    """

    kind: str
    encoding: str
    rows: int
    is_wjx: bool
    columns: tuple[ColumnFacts, ...]
    guesses: tuple[Guess, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What head office said so far.

    Attributes:
        map_text: The column map as YAML; empty before the first step.
        code, title, closes_on: The wave; the day is ISO.
        bases: Word of the community to the homes that were asked.
        is_complete: The second step was taken.
    """

    map_text: str = ""
    code: str = ""
    title: str = ""
    closes_on: str = ""
    bases: Mapping[str, int] = field(default_factory=dict)
    is_complete: bool = False


@dataclass(frozen=True, slots=True)
class WaveFacts:
    """One wave as it would be entered.

    Attributes:
        code, title, closes_on: The wave; the day is ISO.
        rows: Answers, or printed rows.
        places: Word, code of the community (empty: company only), answers, homes asked.
        is_same: It is entered already from this file and map.
        refused: Why it cannot be entered; empty when it can.
        n, index, satisfied, overall: The company's figures, for a look.
        origin: Where they come from: answers, row (the company's own), together; empty: nowhere.
        left_out: Communities with fewer than 10 answers, and their answers: in none of these.
        doubtful: Word and line of places that are probably the total under another name.
    """

    code: str
    title: str
    closes_on: str
    rows: int
    places: tuple[tuple[str, str, int, int], ...]
    is_same: bool = False
    refused: str = ""
    n: int = 0
    index: float | None = None
    satisfied: float | None = None
    overall: float | None = None
    origin: str = ""
    left_out: tuple[int, int] = (0, 0)
    doubtful: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What entering a file would do.

    Attributes:
        kind: answers or totals.
        rows: Rows of the file.
        problems: What is to be mended first.
        losses: What would not be taken.
        waves: What would be entered.
        otherwise: Targets that cannot be compared.
    """

    kind: str
    rows: int
    problems: tuple[MapProblem, ...] = ()
    losses: tuple[Loss, ...] = ()
    waves: tuple[WaveFacts, ...] = ()
    otherwise: tuple[str, ...] = ()

    @property
    def may_enter(self) -> bool:
        """Say whether there is something to enter, and nothing against it."""
        is_refused = any(one.refused for one in self.waves)
        is_new = any(not one.is_same for one in self.waves)
        return is_new and not is_refused and not self.problems

    @property
    def doubtful(self) -> tuple[tuple[str, int], ...]:
        """Return word and line of the places that somebody has to confirm."""
        return tuple(place for one in self.waves for place in one.doubtful)


def keep_found(vault: Vault, file: HistoryFile, found: Found) -> None:
    """Seal what was found in a file."""
    file.found_sealed = vault.seal(json.dumps(asdict(found), ensure_ascii=False), _FOUND)


def read_found(vault: Vault, file: HistoryFile) -> Found | None:
    """Return what was found in a file, None before it was read."""
    if file.found_sealed is None:
        return None
    data = json.loads(vault.open(file.found_sealed, _FOUND))
    columns = tuple(
        ColumnFacts(
            SourceColumn(
                one["column"]["name"],
                one["column"]["label"],
                one["column"]["labels"],
                tuple((low, high) for low, high in one["column"]["missing"]),
            ),
            tuple((value, n) for value, n in one["counts"]),
            one["different"],
            one["blank"],
        )
        for one in data["columns"]
    )
    guesses = tuple(Guess(one["target"], one["sure"]) for one in data["guesses"])
    return Found(data["kind"], data["encoding"], data[ROWS], data["is_wjx"], columns, guesses)


def keep_choice(vault: Vault, file: HistoryFile, choice: Choice) -> None:
    """Seal what head office chose."""
    data = asdict(replace(choice, bases=dict(choice.bases)))
    file.choice_sealed = vault.seal(json.dumps(data, ensure_ascii=False), _CHOICE)


def read_choice(vault: Vault, file: HistoryFile) -> Choice:
    """Return what head office chose so far."""
    if file.choice_sealed is None:
        return Choice()
    return Choice(**json.loads(vault.open(file.choice_sealed, _CHOICE)))


def keep_report(vault: Vault, file: HistoryFile, report: Report) -> None:
    """Seal a report."""
    data = asdict(report) | {"losses": losses_to_json(report.losses)}
    file.report_sealed = vault.seal(json.dumps(data, ensure_ascii=False), _REPORT)


def read_report(vault: Vault, file: HistoryFile) -> Report | None:
    """Return the report of a file, None before one was made."""
    if file.report_sealed is None:
        return None
    data = json.loads(vault.open(file.report_sealed, _REPORT))
    return Report(
        kind=data["kind"],
        rows=data[ROWS],
        problems=tuple(MapProblem(**one) for one in data["problems"]),
        losses=losses_from_json(data["losses"]),
        waves=tuple(_facts(one) for one in data["waves"]),
        otherwise=tuple(data["otherwise"]),
    )


def _facts(data: dict[str, Any]) -> WaveFacts:
    places = tuple((word, code, n, base) for word, code, n, base in data.pop("places"))
    communities, answers = data.pop("left_out", (0, 0))
    doubtful = tuple((word, line) for word, line in data.pop("doubtful", ()))
    return WaveFacts(**data, places=places, left_out=(communities, answers), doubtful=doubtful)


def seal_losses(vault: Vault, losses: tuple[Loss, ...]) -> bytes:
    """Seal the loss report of an entered wave."""
    return vault.seal(json.dumps(losses_to_json(losses), ensure_ascii=False), LOSS)


def open_losses(vault: Vault, sealed: bytes) -> tuple[Loss, ...]:
    """Return the loss report of an entered wave."""
    return losses_from_json(json.loads(vault.open(sealed, LOSS)))
