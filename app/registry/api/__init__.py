"""Registry routes."""

from app.registry.api import agreements, collectives, evidence, land, parties, rights

ROUTERS = tuple(part.router for part in (parties, land, rights, evidence, agreements, collectives))
