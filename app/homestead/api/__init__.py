"""Every route of homesteads."""

from fastapi import APIRouter

from app.homestead.api import breaches, cases

router = APIRouter(prefix="/api/v1", tags=["homestead 宅基地建房"])
router.include_router(cases.router)
router.include_router(breaches.router)
