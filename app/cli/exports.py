"""The command that takes answers, tables or key figures out, as the page does for head office."""

import hashlib
import os
from pathlib import Path

import click
from sqlalchemy.orm import Session

from app import clock
from app.cli.campaigns import OPERATOR
from app.config import Config, read_config
from app.db import make_engine, write_session
from app.reports.exports import services
from app.reports.exports.make import Maker, make
from app.reports.exports.models import ExportKind, ExportOrder, ExportState
from app.staff import audit
from app.storage import Storage
from app.surveys.campaign.queries import find_campaign
from app.surveys.register.queries import list_communities
from app.vault import Vault

_FORMS = sorted({form for forms in services.FORMS.values() for form in forms})


@click.command("export")
@click.argument("code")
@click.option("--kind", type=click.Choice([one.value for one in ExportKind]), default="answers")
@click.option("--community", default="", help="Code of one community; all without it.")
@click.option("--form", "forms", type=click.Choice(_FORMS), multiple=True, help="Repeat.")
@click.option("--lang", "language", type=click.Choice(["zh-Hans", "en"]), default="zh-Hans")
@click.option("--reason", required=True, help="What for; stored encrypted with the order.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def export(
    code: str,
    kind: str,
    community: str,
    forms: tuple[str, ...],
    language: str,
    reason: str,
    out: Path,
) -> None:
    """Write an export of a campaign to a ZIP file; the order goes on record like any other."""
    if out.exists():
        raise click.ClickException(f"{out.name} is there already")
    config = read_config(os.environ)
    engine = make_engine(config.database_url)
    vault, chosen = Vault.from_file(config.key_file), ExportKind(kind)
    try:
        with Session(engine) as session:
            order = _order(session, vault, code, (chosen, community, forms, language, reason))
            result = make(_maker(session, config), OPERATOR, order, out)
        digest, number = _digest(out), order.number
        with write_session(engine) as session:
            order.state, order.ended_at = ExportState.DROPPED, clock.now()
            order.digest, order.size = digest, out.stat().st_size
            services.note_contents(order, result)
            order.fetched = 1
            session.add(order)
            audit.record(
                session,
                actor=OPERATOR.name,
                action="export.fetch",
                subject=f"campaign:{code}",
                community_id=order.community_id,
                detail=f"{number} {kind} {order.forms} operator sha256:{digest}",
                now=clock.now(),
            )
    finally:
        engine.dispose()
    click.echo(f"{out.name}: {result.rows} rows, export {number}, sha256 {digest}")
    for form, why in result.left_out.items():
        click.echo(f"left out: {form} ({why})")


def _order(
    session: Session,
    vault: Vault,
    code: str,
    wanted: tuple[ExportKind, str, tuple[str, ...], str, str],
) -> ExportOrder:
    """Return the order, checked and not stored yet."""
    kind, community, forms, language, reason = wanted
    campaign = find_campaign(session, code)
    if campaign is None:
        raise click.ClickException(f"no campaign {code}")
    known = {one.code: one.id for one in list_communities(session, OPERATOR)}
    if community and community not in known:
        raise click.ClickException(f"no community {community}")
    wish = services.Wish(
        kind=kind,
        campaign=campaign,
        community_id=known.get(community),
        forms=forms or services.FORMS[kind],
        language=language,
        reason=reason,
    )
    return services.new_order(session, vault, OPERATOR, wish, now=clock.now())


def _maker(session: Session, config: Config) -> Maker:
    return Maker(session, Storage(config.files), config.company, config.demo, clock.now())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
