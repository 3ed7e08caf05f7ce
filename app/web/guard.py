"""Who may call a route: every view says so, and the application refuses to start otherwise."""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., object])

PUBLIC = "public"


class UnguardedRouteError(RuntimeError):
    """A route has no guard; carries its endpoint."""


def public(view: View) -> View:
    """Mark a view as open to everybody: owner pages, sign-in, health."""
    view.guard = PUBLIC  # type: ignore[attr-defined]
    return view


def check_every_route_is_guarded(app: Flask) -> None:
    """Raise for the first route without a guard, so that a forgotten one never runs.

    Raises:
        UnguardedRouteError: The view of this endpoint carries no guard.
    """
    for endpoint, view in app.view_functions.items():
        if endpoint != "static" and getattr(view, "guard", None) is None:
            raise UnguardedRouteError(endpoint)
