"""Every route names one permission, or stands on a list that a person has written."""

from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from app.identity.permissions import P
from app.main import create_app
from app.web.routes import StrictRoute

PUBLIC = {
    ("POST", "/api/v1/auth/token"),
    ("GET", "/api/v1/auth/me"),
    ("GET", "/api/v1/health"),
    ("GET", "/api/v1/log/checkpoint"),
    ("GET", "/api/v1/log/events/{event_id}/receipt"),
    ("GET", "/api/v1/log/heads"),
    ("GET", "/api/v1/log/keys"),
    ("GET", "/api/v1/log/leaves"),
    ("GET", "/api/v1/log/policy"),
    ("GET", "/api/v1/log/proofs/consistency"),
    ("GET", "/api/v1/log/proofs/inclusion"),
    ("GET", "/api/v1/log/status"),
    ("GET", "/api/v1/log/tile/{level}/{place:path}"),
    ("POST", "/api/v1/log/witness-cosignatures"),
    ("GET", "/api/v1/ready"),
    ("GET", "/api/v1/regions"),
    ("GET", "/api/v1/service-fee"),
    ("GET", "/api/v1/turnover/progress"),
    ("GET", "/api/v1/turnover"),
    ("POST", "/api/v1/compliance-checks"),
    ("GET", "/api/v1/rules"),
    ("GET", "/api/v1/rules/{rule_id}"),
    ("GET", "/api/v1/county-parameters"),
    ("GET", "/api/v1/lots"),
    ("GET", "/api/v1/lots/{lot_id}"),
    ("GET", "/api/v1/lots/{lot_id}/notices"),
    ("GET", "/api/v1/lots/{lot_id}/auction"),
    ("GET", "/api/v1/lots/{lot_id}/lottery"),
    ("GET", "/api/v1/lots/{lot_id}/auction/stream"),
    ("GET", "/api/v1/lots/{lot_id}/bids"),
    ("GET", "/api/v1/lots/{lot_id}/acts"),
    ("GET", "/api/v1/lots/{lot_id}/falling"),
    ("GET", "/api/v1/lots/{lot_id}/sealed"),
    ("GET", "/api/v1/share-holders"),
    ("GET", "/api/v1/lots/{lot_id}/replay"),
    ("GET", "/api/v1/lots/{lot_id}/award"),
    ("GET", "/api/v1/certificates/{cert_no}"),
}
"""Open to everybody, or (me) to everybody who is signed in. Routes under /api/v1/public/ and /api/v1/log/ say it in their path."""


def permissions(dependant: Dependant) -> Iterator[P]:
    if isinstance(named := getattr(dependant.call, "permission", None), P):
        yield named
    for inner in dependant.dependencies:
        yield from permissions(inner)


def routes() -> list[tuple[str, str, APIRoute]]:
    found: list[tuple[str, str, APIRoute]] = []
    for context in iter_route_contexts(create_app().routes):
        route = context.original_route
        if isinstance(route, APIRoute) and str(context.path).startswith("/api/"):
            found += [(method, str(context.path), route) for method in route.methods or ()]
    return found


def test_every_route_names_one_permission_or_is_public() -> None:
    found = routes()
    assert len(found) > 10
    for method, path, route in found:
        named = list(permissions(route.dependant))
        public = (method, path) in PUBLIC or path.startswith(("/api/v1/public/", "/api/v1/log/"))
        assert len(named) == (0 if public else 1), (method, path, named)


def test_the_public_list_names_only_routes_that_exist() -> None:
    assert {(method, path) for method, path, _ in routes()} >= PUBLIC


def test_every_route_reads_strictly() -> None:
    for method, path, route in routes():
        if path not in {"/api/v1/health", "/api/v1/ready"}:
            assert isinstance(route, StrictRoute), (method, path)
