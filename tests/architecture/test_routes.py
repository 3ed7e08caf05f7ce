"""Every route is public by name or guarded by roles."""

from importlib import import_module
from pkgutil import walk_packages

import pytest
from flask import Flask

from app import web
from app.config import Config
from app.factory import create_app
from app.staff.models import Role
from app.web.api.operations import KeyGuard
from app.web.auth import require_role
from app.web.guard import PUBLIC, UnguardedRouteError, check_every_route_is_guarded, public

# A new public address has to be named here: nobody opens a door by accident.
PUBLIC_PREFIXES = ("/t/", "/a/", "/i/", "/k/", "/p/", "/static/")
PUBLIC_ADDRESSES = {"/", "/login", "/login/code", "/logout", "/password", "/healthz", "/a", "/c"}


def unguarded(app: Flask) -> list[str]:
    """Return the endpoints whose view is neither public nor for named roles."""
    return [
        endpoint
        for endpoint, view in app.view_functions.items()
        if endpoint != "static" and not is_guard(getattr(view, "guard", None))
    ]


def is_guard(guard: object) -> bool:
    if guard == PUBLIC or isinstance(guard, KeyGuard):  # of programs: see tests/web/api
        return True
    return isinstance(guard, frozenset) and bool(guard) and guard <= set(Role)


@pytest.fixture
def any_app(tmp_path) -> Flask:
    return create_app(
        Config(
            database_url=f"sqlite:///{tmp_path / 'x.sqlite'}",
            instance=tmp_path,
            key_file=tmp_path / "vault.key",
            public_url="http://survey.example",
            company="邻声物业",
        )
    )


def test_every_blueprint_of_the_faces_is_registered(any_app):
    modules = [import_module(found.name) for found in walk_packages(web.__path__, "app.web.")]
    names = {module.bp.name for module in modules if hasattr(module, "bp")}
    assert names
    assert names == set(any_app.blueprints)


def test_every_route_has_a_guard(any_app):
    assert unguarded(any_app) == []


def test_only_the_listed_addresses_are_public(any_app):
    addresses = {
        rule.rule
        for rule in any_app.url_map.iter_rules()
        if getattr(any_app.view_functions[rule.endpoint], "guard", PUBLIC) == PUBLIC
    }
    assert {a for a in addresses if not a.startswith(PUBLIC_PREFIXES)} - PUBLIC_ADDRESSES == set()


def test_a_forgotten_guard_is_found_and_stops_the_start():
    app = Flask("planted")
    app.add_url_rule("/open", "open", public(lambda: ""))
    app.add_url_rule("/own", "own", require_role(Role.OFFICE)(lambda: ""))
    assert unguarded(app) == []

    app.add_url_rule("/forgotten", "forgotten", lambda: "")
    assert unguarded(app) == ["forgotten"]
    with pytest.raises(UnguardedRouteError):
        check_every_route_is_guarded(app)


def test_a_guard_for_nobody_is_no_guard():
    assert not is_guard(frozenset())
    assert not is_guard({Role.OFFICE})
    assert not is_guard(None)
