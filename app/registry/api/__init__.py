"""Registry routes."""

from fastapi import APIRouter

from app.registry.api import agreements, collectives, evidence, land, parties, rights

router = APIRouter(prefix="/api/v1", tags=["registry 登记"])
for part in (parties, land, rights, evidence, agreements, collectives):
    router.include_router(part.router)
