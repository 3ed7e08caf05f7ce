"""The description: one source, the committed copy, and nothing the API does against it."""

import json
import re
from pathlib import Path

import jsonschema

from app.web.api.document import as_text, document
from app.web.api.routes import OPERATIONS
from tests.web.api.fuzzing import fuzz
from tests.web.api.test_guard import call
from tests.web.permissions.mass import Kept

COPY = Path(__file__).resolve().parents[3] / "docs" / "openapi.json"


def test_the_committed_copy_is_the_description_and_the_api_serves_it(api):
    assert COPY.read_text("utf-8") == as_text(OPERATIONS)
    served = api.client().get("/api/v1/openapi.json")
    assert json.loads(served.data) == document(OPERATIONS)


def test_schemathesis_finds_nothing_against_the_description(api):
    """One good and one bad request to each fourth operation; `benchmarks.api_fuzz` makes many."""
    kept = Kept(api.world)
    found = fuzz(api, examples=1, seed=1, share=4)
    kept.put_back()
    assert found.violations == []
    assert found.requests >= 8


def test_every_answer_has_the_form_the_description_gives_it(api):
    kept, whole = Kept(api.world), document(OPERATIONS)
    for one in OPERATIONS:
        for token in ("all", "nothing"):
            answer = call(api, one, token, api.own)
            path = re.sub(r"<(?:int:)?(\w+)>", r"{\1}", one.path)
            said = whole["paths"][path][one.method.lower()]["responses"]
            schema = said[str(answer.status_code)]["content"][answer.mimetype]["schema"]
            jsonschema.validate(answer.json, {**schema, "components": whole["components"]})
    kept.put_back()
