"""From an order to its ZIP, for the worker and the command line. Reads the database, writes none.

What somebody may take out is decided anew when it is made: rights and holds change meanwhile.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.i18n import gettext as _
from app.reports.company.queries import list_summaries
from app.reports.exhibits.codes import DEPARTMENT, CodeNames, code_names
from app.reports.exhibits.exhibit import Source
from app.reports.exports import kpi
from app.reports.exports.about import About, Frozen
from app.reports.exports.answers_zip import write_answers
from app.reports.exports.archive import Made, digest_of_many
from app.reports.exports.errors import (
    MixedInstrumentsError,
    NotAllowedError,
    NothingToExportError,
)
from app.reports.exports.lines import HEAD, Line, as_row, lines_of, tables_for
from app.reports.exports.models import ExportKind, ExportOrder
from app.reports.exports.queries import (
    Barred,
    Place,
    find_league,
    list_barred,
    list_places,
    list_snapshots,
)
from app.reports.exports.services import ROLES
from app.reports.exports.tables_zip import KPI_SCHEMA, TABLES_SCHEMA, List, write_lists
from app.reports.paper import in_language
from app.reports.queries import find_latest_result
from app.reports.wording import names_of
from app.staff.models import Role
from app.staff.scope import Scope
from app.storage import Storage
from app.surveys.campaign.contact.queries import Counts, count_communities
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import get_campaign, get_instrument, list_campaigns
from app.surveys.instrument.model import Instrument
from app.surveys.register.queries import get_community
from app.surveys.snapshot.manifest import Manifest, from_json
from app.surveys.snapshot.models import Snapshot
from app.surveys.snapshot.version import code_version


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes exports.

    Attributes:
        session: Open session; only read.
        storage: Where snapshots lie.
        company: Name of the company.
        is_demo: All data is invented.
        now: The present instant.
    """

    session: Session
    storage: Storage
    company: str
    is_demo: bool
    now: datetime


def make(maker: Maker, scope: Scope, order: ExportOrder, path: Path) -> Made:
    """Write the ZIP of an order.

    Args:
        maker: Who makes it.
        scope: Rights of the person at this moment.
        order: What was ordered.
        path: Where to.

    Raises:
        NotAllowedError: The role is not his any more.
        NothingToExportError: Nothing is released here for him, or it is held by now.
        MixedInstrumentsError: The communities answered different questionnaires.
        MissingFileError, DamagedFileError, BadManifestError: A snapshot is not what it promises.
    """
    if scope.role not in ROLES[order.kind] or scope.role.value != order.role:
        raise NotAllowedError
    campaign = get_campaign(maker.session, order.campaign_id)
    snapshots = list_snapshots(
        maker.session, campaign.id, scope, community_id=order.community_id, now=maker.now
    )
    ids = {one.community_id for one in snapshots if one.community_id is not None}
    about = _about(maker, scope, order, campaign, snapshots)
    folder = f"{campaign.code}-{order.kind.value}-{order.number}"
    forms = order.forms.split(" ")
    if order.kind is ExportKind.ANSWERS:
        maker.session.rollback()  # writing files reads no more from the database
        made = write_answers(path, maker.storage, about, forms, folder=folder)
        return replace(made, communities=frozenset(ids))
    if order.kind is ExportKind.KPI:
        ids |= {one.community_id for one in _barred(maker, scope, order)}
    with in_language(order.language):
        lists, schema = (
            (_tables(maker, scope, order, about), TABLES_SCHEMA)
            if order.kind is ExportKind.TABLES
            else (_kpi(maker, scope, order, about.instrument), KPI_SCHEMA)
        )
    maker.session.rollback()
    made = write_lists(path, about, lists, forms, folder=folder, schema=schema)
    return replace(made, communities=frozenset(ids))


def _about(
    maker: Maker,
    scope: Scope,
    order: ExportOrder,
    campaign: Campaign,
    snapshots: Sequence[Snapshot],
) -> About:
    """Return what the files say about themselves."""
    if not snapshots and order.kind is not ExportKind.KPI:
        raise NothingToExportError
    manifests = [from_json(one.manifest) for one in snapshots]
    if len({one.instrument for one in manifests} | {campaign.instrument_digest}) > 1:
        raise MixedInstrumentsError
    place = ""
    if order.community_id is not None:
        found = get_community(maker.session, scope, order.community_id)
        place = "" if found is None else found.name
    digests = [one.digest for one in snapshots]
    ids = {one.community_id for one in snapshots if one.community_id is not None}
    return About(
        number=order.number,
        company=maker.company,
        campaign=campaign.code,
        title=campaign.title,
        title_en=campaign.title_en,
        place=place,
        opens_on=campaign.opens_on,
        closes_on=campaign.closes_on,
        language=order.language,
        made_at=maker.now,
        code_version=code_version(),
        instrument=get_instrument(maker.session, campaign.instrument_digest),
        instrument_digest=campaign.instrument_digest,
        frozen=tuple(_frozen(one, digest) for one, digest in zip(manifests, digests, strict=True)),
        snapshot=digest_of_many(digests) if digests else "",
        dispositions=_dispositions(maker.session, campaign.id, scope, ids),
        is_demo=maker.is_demo,
    )


def _frozen(manifest: Manifest, digest: str) -> Frozen:
    return Frozen(
        community=manifest.community,
        digest=digest,
        revision=manifest.revision,
        base=manifest.base,
        returned=manifest.returned,
        excluded=manifest.excluded,
        waived=manifest.waived,
    )


def _dispositions(
    session: Session, campaign_id: int, scope: Scope, ids: set[int]
) -> dict[str, int]:
    """Return how the homes of these communities ended, by AAPOR's letters; NE are excluded."""
    known = count_communities(session, campaign_id, scope)
    whole = sum((known[one] for one in sorted(ids) if one in known), Counts())
    found = {category.value: count for category, count in whole.categories.items()}
    return found | {"NE": whole.excluded}


def _tables(maker: Maker, scope: Scope, order: ExportOrder, about: About) -> list[List]:
    """Return the tables of every community of an order."""
    places = [
        one
        for one in list_places(maker.session, order.campaign_id, scope, now=maker.now)
        if order.community_id in (None, one.community_id)
    ]
    lines = list(_lines(maker, scope, order, about, places))
    if not lines:
        raise NothingToExportError
    title, note = _("Tables"), _("One value a line, as pages of results show it.")
    return [List("tables", title, HEAD, [as_row(one) for one in lines], note)]


def _lines(
    maker: Maker, scope: Scope, order: ExportOrder, about: About, places: Sequence[Place]
) -> Iterator[Line]:
    names = names_of(about.instrument, order.language)
    codes = code_names(about.instrument, order.language)
    tables = tables_for(is_staff=scope.role is not Role.COMMITTEE)
    closed = {one.code: one.closes_on for one in list_campaigns(maker.session)}
    for place in places:
        stored = find_latest_result(maker.session, order.campaign_id, place.community_id, scope)
        if stored is None:
            continue
        source = Source(
            result=stored.result,
            names=names,
            codes=codes,
            returned=stored.manifest.returned,
            base=stored.manifest.base,
            closed=closed,
        )
        yield from lines_of(source, code=place.code, name=place.name, tables=tables)


def _kpi(maker: Maker, scope: Scope, order: ExportOrder, instrument: Instrument) -> list[List]:
    """Return the figures of rankable communities, and the others with the reason."""
    places = _barred(maker, scope, order)
    found = _figures(maker, scope, order)
    league = find_league(maker.session, order.campaign_id)
    reliability = None if league is None else league.median_reliability
    words = _measures(code_names(instrument, order.language), found)
    shown = kpi.kpi_rows(places, found, reliability=reliability, names=words)
    barred = kpi.barred_rows(places, found, reliability=reliability, words=_reasons())
    known = "—" if reliability is None else f"{reliability:.2f}"
    note = _("Median reliability of the communities: {value}; .70 is needed.", value=known)
    return [
        List("figures", _("Key figures"), kpi.HEAD, shown, note),
        List("not_ranked", _("Not ranked"), kpi.BARRED_HEAD, barred),
    ]


def _barred(maker: Maker, scope: Scope, order: ExportOrder) -> list[Barred]:
    """Return the communities an order of key figures names."""
    return [
        one
        for one in list_barred(maker.session, order.campaign_id, scope)
        if order.community_id in (None, one.community_id)
    ]


def _figures(maker: Maker, scope: Scope, order: ExportOrder) -> dict[int, kpi.Found]:
    """Return the newest released figures by community."""
    released = {
        one.community_id
        for one in list_places(maker.session, order.campaign_id, scope, now=maker.now)
    }
    found = {}
    for one in list_summaries(maker.session, order.campaign_id, scope):
        if one.community_id not in released:
            continue
        stored = find_latest_result(maker.session, order.campaign_id, one.community_id, scope)
        rolled = () if stored is None else stored.result.rollups
        entries = next((r.entries for r in rolled if r.scheme == DEPARTMENT), ())
        found[one.community_id] = kpi.Found(one.head, entries)
    return found


def _measures(codes: CodeNames, found: dict[int, kpi.Found]) -> dict[str, str]:
    """Return what the measures are called."""
    departments = {entry.code for one in found.values() for entry in one.departments}
    return {
        "index": _("Satisfaction index"),
        "satisfied": _("Satisfied overall (share of the homes that answered)"),
        "overall": _("Overall rating"),
    } | {
        code: _("Department: {name}", name=codes.part(DEPARTMENT, code))
        for code in sorted(departments)
    }


def _reasons() -> dict[str, str]:
    return {
        "held": _("held while head office checks the answers"),
        "not_released": _("not released: the required rate is not reached, or not yet"),
        "waived": _("released by a waiver: indicative, not ranked"),
        "few": _("fewer than 100 answers"),
        "reliability": _("differences between communities are not reliable enough"),
    }
