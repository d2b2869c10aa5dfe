"""Every route of homesteads."""

from app.homestead.api import breaches, cases

ROUTERS = (cases.router, breaches.router)
