"""Alembic's entry: runs the steps on the connection it is given.

`migrations.run` hands in a connection inside an open transaction. A developer who writes a new
step starts Alembic with `migrations/alembic.ini`; then the database of the settings is used.
"""

import os

from alembic import context
from sqlalchemy import Connection

import app.followup.history.models
import app.followup.models
import app.followup.papers.models
import app.followup.problems.models
import app.followup.published.models
import app.followup.review.models
import app.followup.visits.models
import app.installation
import app.integrations.models
import app.jobs.models
import app.reports.exports.models
import app.reports.models
import app.rights.models
import app.service.callbacks.models
import app.service.complaints.models
import app.service.complaints.papers.models
import app.service.repairs.models
import app.service.standards.models
import app.service.talks.models
import app.staff.models
import app.surveys.campaign.contact.models
import app.surveys.campaign.gates.models
import app.surveys.campaign.models
import app.surveys.campaign.planning.models
import app.surveys.distribution.models
import app.surveys.history.models
import app.surveys.integrity.models
import app.surveys.market.models
import app.surveys.paper.printing.models
import app.surveys.register.models
import app.surveys.response.interviews.models
import app.surveys.response.models
import app.surveys.response.photos.models
import app.surveys.response.voids.models
import app.surveys.snapshot.models  # noqa: F401 - all tables must be known to the metadata
from app.config import read_config
from app.db import Base, make_engine, writing


def run_on(connection: Connection) -> None:
    """Run the wanted steps; the caller holds the transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run_on(given)
else:
    engine = make_engine(read_config(os.environ).database_url)
    with writing(), engine.begin() as own:
        run_on(own)
    engine.dispose()
