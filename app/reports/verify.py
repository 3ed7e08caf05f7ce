"""Check of a printed file: every number worked out again from snapshot, plan and code version."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.analysis.results.canonical import from_json
from app.clock import beijing_date
from app.installation import DEMO, find_fact
from app.reports.context import ReportContext, questions_of
from app.reports.exhibits.codes import code_names
from app.reports.extras import (
    Action,
    Extras,
    Line,
    Promise,
    Quote,
    Rival,
    Theme,
)
from app.reports.kinds import document_of, printed
from app.reports.numbers import SCHEMA, Source, cells_of
from app.reports.paper import in_language
from app.reports.pdf_reader import NotOurFileError, PdfFile, read_pdf
from app.reports.queries import find_issued
from app.reports.study import compute, compute_company, earlier_digests
from app.reports.wording import names_of
from app.storage import Storage
from app.surveys.campaign.queries import get_campaign
from app.surveys.snapshot.load import load_snapshot
from app.surveys.snapshot.manifest import CompanyManifest, Manifest, company_from_json
from app.surveys.snapshot.models import Snapshot
from app.surveys.snapshot.queries import find_snapshot, get_community
from app.surveys.snapshot.version import code_version

_LISTS = {
    "themes": Theme,
    "quotes": Quote,
    "promises": Promise,
    "actions": Action,
    "follow_up": Line,
    "integrity": Line,
    "quality": Line,
    "value": Line,
    "facts": Line,
    "rivals": Rival,
}
_DAYS = ("opens_on", "closes_on", "clock_started_on", "computed_on")


class CannotVerifyError(Exception):
    """The file cannot be checked here.

    Attributes:
        why: not_ours, damaged, other_code, unknown_snapshot or other_plan.
        found: What the file says.
        present: What stands here instead.
        issued_on: Day on which these very bytes were issued here; None when they were not.
    """

    def __init__(
        self, why: str, found: str = "", present: str = "", *, issued_on: date | None = None
    ) -> None:
        super().__init__(why, found, present)
        self.why = why
        self.found = found
        self.present = present
        self.issued_on = issued_on


@dataclass(frozen=True, slots=True)
class Difference:
    """The first thing that does not agree.

    Attributes:
        where: Id of the figure with row and cell, or the page, or a fact of the snapshot.
        printed: What the file says.
        rebuilt: What it should say.
    """

    where: str
    printed: str
    rebuilt: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check found.

    Attributes:
        kind: What was checked: report, sheet, notice or book.
        figures: Figures, tables and paragraphs compared.
        cells: Printed cells compared.
        quoted: Those of them that follow from no answer and stand in the file alone: comments,
            promises, follow-up and checks of the day it was printed.
        issued_on: Day on which these very bytes were issued here, so that what is quoted is also
            what was printed then; None when they were not.
        is_same_file: The file printed again is the same, byte for byte.
        difference: The first difference, None when everything agrees.
    """

    kind: str
    figures: int
    cells: int
    quoted: int
    issued_on: date | None
    is_same_file: bool
    difference: Difference | None


def verify(session: Session, storage: Storage, content: bytes) -> Verified:
    """Work the numbers of a printed file out again and compare every one of them.

    Comments, promises and the follow-up of that day are taken from the file, because they follow
    from no answer; the result counts them apart. Names and dates are compared with the database,
    everything else is rebuilt from the snapshots the file names.

    Args:
        session: Open session; only read.
        storage: Where the snapshots lie.
        content: The PDF.

    Raises:
        CannotVerifyError: It is no file of ours, was computed by other code, or its snapshot or
            plan is not the one known here.
    """
    try:
        file = read_pdf(content)
        said = json.loads(file.attachment())
    except (NotOurFileError, ValueError) as error:
        is_marked = content.startswith(b"%PDF") and b"/EmbeddedFile" in content
        raise CannotVerifyError("damaged" if is_marked else "not_ours") from error
    if not isinstance(said, dict) or said.get("schema") != SCHEMA:
        raise CannotVerifyError("not_ours")
    return _verified(session, storage, content, file=file, said=said)


def _verified(
    session: Session, storage: Storage, content: bytes, *, file: PdfFile, said: Mapping[str, Any]
) -> Verified:
    kind, language = str(said["kind"]), str(said["language"])
    found: Difference | None = None
    sources = []
    issued_on = find_issued(session, hashlib.sha256(content).hexdigest())
    for entry in said["sources"]:
        if entry["code_version"] != code_version():
            there, here = str(entry["code_version"]), code_version()
            raise CannotVerifyError("other_code", there, here, issued_on=issued_on)
        source, fact = _rebuilt(session, storage, entry, language)
        sources.append(source)
        found = found or fact
    with in_language(language):
        document = document_of(kind, tuple(sources))
        rebuilt = cells_of(document)
        again = printed(document, tuple(sources))
        bare = cells_of(document_of(kind, tuple(_without_quotes(one) for one in sources)))
    found = found or _first_cell(said["figures"], rebuilt)
    if found is None and again != content:
        found = _first_word(file, read_pdf(again))
    cells = _count(rebuilt)
    return Verified(
        kind=kind,
        figures=len(rebuilt),
        cells=cells,
        quoted=cells - min(cells, _count(bare)),
        issued_on=issued_on,
        is_same_file=again == content,
        difference=found,
    )


def _without_quotes(source: Source) -> Source:
    return Source(source.result, replace(source.context, extras=Extras()))


def _count(figures: Mapping[str, Sequence[Sequence[str]]]) -> int:
    return sum(len(row) for rows in figures.values() for row in rows)


def _rebuilt(
    session: Session, storage: Storage, entry: Mapping[str, Any], language: str
) -> tuple[Source, Difference | None]:
    """Return a source worked out again, and the first fact of its snapshot that differs."""
    snapshot = find_snapshot(session, str(entry["snapshot"]))
    if snapshot is None:
        raise CannotVerifyError("unknown_snapshot", str(entry["snapshot"]))
    target = get_campaign(session, snapshot.campaign_id).target
    before, seed = earlier_digests(session, snapshot), int(entry["seed"])
    is_company = snapshot.community_id is None
    work = compute_company if is_company else compute
    computed = work(storage, snapshot.digest, target=target, before=before, seed=seed)
    if computed.plan_digest != entry["plan"]:
        raise CannotVerifyError("other_plan", str(entry["plan"]), computed.plan_digest)
    first = snapshot.digest
    if is_company:
        company = company_from_json(snapshot.manifest)
        first = next(one.digest for one in company.snapshots if one.returned)
    loaded = load_snapshot(storage, first)
    around = dict(entry["around"])
    kept = {one.name for one in fields(ReportContext)} & around.keys()
    context = ReportContext(
        **{name: _read(name, around[name]) for name in kept},
        names=names_of(loaded.instrument, language),
        codes=code_names(loaded.instrument, language),
        questions=_questions(loaded.instrument, language),
    )
    facts = _company_facts(company) if is_company else _facts(loaded.manifest)
    facts |= _names(session, snapshot, language)
    return Source(from_json(computed.result), context), _fact(context, entry, facts)


def _questions(instrument: Any, language: str) -> tuple[tuple[str, str], ...]:
    with in_language(language):
        return questions_of(instrument, language)


def _read(name: str, value: Any) -> Any:
    """Return one field of a context as it was before it became JSON."""
    if name in _DAYS:
        return date.fromisoformat(value)
    if name == "extras":
        day = value["as_of"]
        lists = {key: tuple(kind(**one) for one in value[key]) for key, kind in _LISTS.items()}
        return Extras(
            as_of=date.fromisoformat(day) if day else None, delivered=value["delivered"], **lists
        )
    if isinstance(value, list):
        return tuple(tuple(one) if isinstance(one, list) else one for one in value)
    return value


def _names(session: Session, snapshot: Snapshot, language: str) -> dict[str, object]:
    """Return what the database says of the place and the time of a result."""
    campaign = get_campaign(session, snapshot.campaign_id)
    found: dict[str, object] = {
        "campaign": campaign.title if language.startswith("zh") else campaign.title_en,
        "opens_on": campaign.opens_on,
        "closes_on": campaign.closes_on,
        "is_demo": find_fact(session, DEMO) is not None,
    }
    if snapshot.community_id is not None:
        community = get_community(session, snapshot.community_id)
        found |= {
            "community": community.name,
            "office": community.office,
            "city": community.city,
        }
    return found


def _company_facts(manifest: CompanyManifest) -> dict[str, object]:
    return {
        "base": manifest.base,
        "returned": manifest.returned,
        "required_permille": manifest.required_permille,
        "revision": manifest.revision,
        "campaign_code": manifest.campaign,
    }


def _facts(manifest: Manifest) -> dict[str, object]:
    return {
        "base": manifest.base,
        "returned": manifest.returned,
        "excluded": manifest.excluded,
        "required_permille": manifest.required_permille,
        "waived": manifest.waived,
        "revision": manifest.revision,
        "clock_started_on": beijing_date(manifest.t0),
        "campaign_code": manifest.campaign,
        "community_code": manifest.community,
    }


def _fact(
    context: ReportContext, entry: Mapping[str, Any], facts: Mapping[str, object]
) -> Difference | None:
    """Return the first count or date beside the figures that the snapshot does not bear out."""
    keys = {
        "snapshot_digest": entry["snapshot"],
        "plan_digest": entry["plan"],
        "code_version": entry["code_version"],
        "seed": entry["seed"],
    }
    for name, value in (*keys.items(), *facts.items()):
        if getattr(context, name) != value:
            where = f"{context.community_code} {name}".strip()
            return Difference(where, str(getattr(context, name)), str(value))
    return None


def _first_cell(
    said: Mapping[str, Sequence[Sequence[str]]], rebuilt: Mapping[str, Sequence[Sequence[str]]]
) -> Difference | None:
    """Return the first cell that differs between what a file carries and what was rebuilt."""
    for name in sorted(said.keys() | rebuilt.keys()):
        ours, theirs = list(_flat(rebuilt.get(name, ()))), list(_flat(said.get(name, ())))
        for place, (one, other) in enumerate(zip(theirs, ours, strict=False)):
            if one != other:
                row, cell = one[0], one[1]
                return Difference(f"{name}, row {row}, cell {cell}", one[2], ours[place][2])
        if len(ours) != len(theirs):
            return Difference(name, f"{len(theirs)} cells", f"{len(ours)} cells")
    return None


def _flat(rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, int, str]]:
    for row, cells in enumerate(rows):
        for place, cell in enumerate(cells):
            yield row, place, cell


def _first_word(printed_file: PdfFile, rebuilt: PdfFile) -> Difference | None:
    """Return the first words of a page that differ; None where only the bytes do."""
    theirs, ours = printed_file.pages(), rebuilt.pages()
    for number, (one, other) in enumerate(zip(theirs, ours, strict=False), start=1):
        place = "drawings" if number == len(ours) else f"page {number}"
        for left, right in zip(one, other, strict=False):
            if left != right:
                return Difference(place, left, right)
        if len(one) != len(other):
            return Difference(place, f"{len(one)} texts", f"{len(other)} texts")
    if len(theirs) != len(ours):
        return Difference("pages", str(len(theirs) - 1), str(len(ours) - 1))
    return None
