"""What a database holds, in one number for each table, and the token a form of a page carries."""

import hashlib
import re

from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from app.db import Base

# Written by looking: who saw what, and when a browser was seen.
LOOKING = frozenset({"audit_entry", "staff_session", "login_attempt"})
# Enough of a form to come as far as the row it is about.
FIELDS = {
    "outcome": "refused",
    "got": "yes",
    "key": "a" * 32,
    "staff": "1",
    "urgency": "safety",
    "department": "engineering",
    "text": "测试",
    "reason": "测试",
}


def contents(engine: Engine) -> dict[str, str]:
    """Return a hash of the rows of each table that nobody changes by looking."""
    found = {}
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name in LOOKING:
                continue
            rows = connection.execute(select(table).order_by(*table.primary_key.columns)).all()
            found[table.name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


def csrf_token(client: FlaskClient) -> str:
    """Return a token of this browser's session, good for every form."""
    page = client.get("/account/").text
    if "csrf_token" not in page:
        page = client.get("/login").text
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
