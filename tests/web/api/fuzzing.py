"""Schemathesis against our own description: requests made from it, answers held against it."""

import random
from collections import Counter
from dataclasses import dataclass, field

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup

from tests.web.api.world import CODE, ApiWorld


@dataclass
class Found:
    """What a run found."""

    requests: int = 0
    statuses: Counter = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)


def fuzz(api: ApiWorld, *, examples: int, seed: int, share: int = 1) -> Found:
    """Call operations with good and bad requests; collect what the description forbids.

    Most requests with a place in their address name a row there is. Of `share` operations one is
    called, beginning with the first.
    """
    found, rng = Found(), random.Random(seed)
    real = {"code": CODE, "community_id": api.own, "case_id": api.case(api.own)}
    config = SchemathesisConfig()
    config.projects.default.analysis.constants.enabled = False  # reads the source of the program
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", api.world.app, config=config)
    for result in list(schema.get_all_operations())[::share]:
        operation = result.ok()
        for mode in GenerationMode:
            _run(operation, mode, api, real, rng, examples, found)
    return found


def _run(operation, mode, api, real, rng, examples, found) -> None:
    """Call one operation with requests of one kind."""

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case):
        if mode is GenerationMode.POSITIVE and rng.random() < 0.7:
            own = {name: real[name] for name in case.path_parameters if name in real}
            case.path_parameters.update(own)
        if mode is GenerationMode.POSITIVE and "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = f"fuzz-{found.requests}"  # one for each act
        # Its client for WSGI unpacks nothing.
        headers = {**api.bearer("all"), "Accept-Encoding": "identity"}
        response = case.call(headers=headers)
        found.requests += 1
        found.statuses[response.status_code] += 1
        try:
            case.validate_response(response, headers=headers)
        except FailureGroup as group:
            found.violations += [
                f"{operation.label} {mode.value}: {one.title}: {one.message}"
                for one in group.exceptions
            ]

    try:
        call()
    except Exception as error:  # a request that cannot be made of this kind
        if "Unsatisfiable" not in type(error).__name__:
            raise
