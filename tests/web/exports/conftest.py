"""The campaign and the worker of the proofs of orders."""

from tests.integration.exports.conftest import clock, laid_once, workshop, world

__all__ = ["clock", "laid_once", "workshop", "world"]
