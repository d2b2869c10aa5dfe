"""The web process on one screen: routers, error handler, lifespan."""

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio.to_thread
import structlog
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from fastapi_offline import FastAPIOffline
from sqlalchemy import text

from app.base import sealing
from app.base.db import connect, transaction
from app.base.worker import Worker
from app.bidding import api as bidding
from app.bidding import lottery_api, modes_api, sealed_api
from app.bidding.lane import Lane
from app.bidding.live import Live
from app.compliance import api as compliance
from app.deal import api as deal
from app.demo import api as demo
from app.erasure import api as erasure
from app.exit import api as exits
from app.extension import api as extension
from app.ground import api as ground
from app.holdings import api as holdings
from app.holdings.actions import run_next as run_next_import
from app.homestead import api as homestead
from app.identity import api as identity
from app.identity.auth import Doorkeeper
from app.identity.tokens import load_or_make
from app.listing import api as listing
from app.money import api as money
from app.performance import api as performance
from app.qualification import api as qualification
from app.registry import api as registry
from app.settings import Settings
from app.supervision import api as supervision
from app.supervision import kept_api
from app.supervision.actions import run_next as run_next_export
from app.ticker import Ticker
from app.transparency import api as transparency
from app.transparency.keeper import Keeper
from app.turnover import api as turnover
from app.web import headers, problems
from app.web.turnstile import Turnstile

THREADS = 20
"""Requests at work at once in one process; the connection pool has as many places, so none waits for one."""
MAX_BODY = 1_048_576
SWITCH_SECONDS = 0.0005
FAILED_SIGN_INS = 60
"""A minute and address, whatever the names: behind one address there may be a whole hall, but no honest one fails so."""

ROUTERS = (
    bidding.router,  # routes are tried in this order: what a crowd asks for comes first
    identity.router,
    compliance.router,
    money.router,
    *registry.ROUTERS,
    ground.router,
    *homestead.ROUTERS,
    extension.router,
    exits.router,
    listing.router,
    qualification.router,
    modes_api.router,
    lottery_api.router,
    sealed_api.router,
    deal.router,
    performance.router,
    holdings.router,
    turnover.router,
    erasure.router,
    transparency.router,
    supervision.router,
    kept_api.router,
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application over the database that the settings name."""
    settings = settings or Settings()

    # Local variables would carry personal data into the log; the trace alone does not.
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings: Settings = app.state.settings
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        engine = connect(settings.database_url, pool_size=THREADS)
        sealing.use_key(settings.sealing_key())
        app.state.token_key = load_or_make(settings.token_key_file)
        app.state.failed_sign_ins = Turnstile(FAILED_SIGN_INS, "登录失败次数过多，请稍后再试")
        app.state.doorkeeper = Doorkeeper(app.state.token_key)
        app.state.doorkeeper.start()
        app.state.log = Keeper(settings)
        app.state.log.start()
        app.state.live = Live(engine, bidding.live_state)
        app.state.live.start()
        app.state.lane = Lane()
        app.state.lane.start()
        workers = (Worker("holding-imports", run_next_import), Worker("audit-exports", run_next_export))
        for worker in workers:
            worker.start()
        ticker = Ticker()
        ticker.start()
        yield
        app.state.lane.stop()
        ticker.stop()
        for worker in workers:
            worker.stop()
        app.state.live.stop()
        app.state.log.stop()
        app.state.doorkeeper.stop()
        engine.dispose()

    app = FastAPIOffline(
        title="农交 Nongjiao",
        version="1.0.0",
        description="农村产权流转交易平台：每个结论附条文，每笔报价可复算，每条记录可核验。",
        lifespan=lifespan,
    )
    app.state.settings = settings
    headers.install(app, max_body=MAX_BODY)
    problems.install(app)
    for router in ROUTERS if not settings.demo else (*ROUTERS, demo.router):
        # Included, each router would be asked in turn and ask each of its routes: most of what a small answer costs.
        app.router.routes.extend(router.routes)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "web" / "static"), name="static")

    @app.get("/api/v1/health", tags=["health 健康"])
    def health() -> dict[str, str]:
        """进程存活。"""
        return {"status": "ok"}

    @app.get("/api/v1/ready", tags=["health 健康"])
    def ready() -> dict[str, str]:
        """可以接受请求：数据库可达。"""
        with transaction(read_only=True) as tx:
            tx.execute(text("SELECT 1"))
        return {"status": "ready"}

    return app


def served() -> FastAPI:
    """The application as a web process serves it: what start-up made is out of the garbage collector's rounds.

    A full collection walks every object of the frameworks, 40 ms and more at a time, in which nobody is answered and
    no price sent; measured, it is what the slowest hundredth waits for. So what never goes is frozen, and the rounds
    are made rarer. And threads hand the interpreter over ten times as often: the lane speaks to the database in short
    turns, and after each of them would wait a whole turn of whoever is busy, five milliseconds at a time.
    """
    app = create_app()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    sys.setswitchinterval(SWITCH_SECONDS)
    return app
