"""The log's keeper: threads that sequence, sign and have heads witnessed while the server is up.

They do not share the ticker's beat: a bid's leaf must be there within a fraction of a second.
"""

from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.audit import sequencer
from app.audit.checkpoint import Signer
from app.base.db import transaction
from app.base.errors import Problem
from app.settings import Settings
from app.transparency import actions, queries, witnesses

log = structlog.get_logger()

BUSY_SECONDS: Final = 0.1
"""Between two rounds while events come: each round has its price, which writers pay for; a leaf waits no longer."""
IDLE_SECONDS: Final = 0.2
LOOK_SECONDS: Final = 10.0
WITNESS_SECONDS: Final = 1.0
PATIENCE: Final = timedelta(seconds=5)
STALE: Final = timedelta(minutes=2)


def signers(origin: str, folder: Path) -> list[Signer]:
    """Every key in the folder; one is made where there is none. A second file begins a rotation: both sign."""
    if not any(folder.glob("*.pem")):
        Signer.load_or_make(origin, folder / "key-1.pem")
    return [Signer.load_or_make(origin, path) for path in sorted(folder.glob("*.pem"))]


def policy(settings: Settings) -> witnesses.Policy:
    """Raises witnesses.BadPolicy."""
    return witnesses.Policy.parse(settings.log_policy.read_text()) if settings.log_policy else witnesses.Policy()


class LogBehind(RuntimeError):
    """A witness holds a head ahead of the database: acts were lost, or the history was put back."""


class Keeper:
    """One a process; which of them works is settled by an advisory lock, round by round."""

    def __init__(self, settings: Settings) -> None:
        self.signers = signers(settings.log_origin, settings.log_key_folder)
        self.policy = policy(settings)
        self._stop = Event()
        self._looked_at = 0.0
        self._threads = [Thread(target=self._keep, name="log", daemon=True)]
        if any(w.url for w in self.policy.witnesses.values()):
            self._threads.append(Thread(target=self._have_witnessed, name="witnesses", daemon=True))

    def start(self) -> None:
        """Raises LogBehind: a server whose database forgot what was promised does not go on as if nothing were."""
        self.ask_whether_whole()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _keep(self) -> None:
        pause = IDLE_SECONDS
        while not self._stop.wait(pause):
            try:
                pause = BUSY_SECONDS if self.once() else IDLE_SECONDS
            except (DBAPIError, PoolTimeout) as e:
                log.warning("log cannot be kept", error=type(e).__name__)
                pause = WITNESS_SECONDS
            except Problem as e:
                log.error("log head not signed", reason=e.reason, detail=e.detail)  # noqa: TRY400 - the reason says it all
                pause = LOOK_SECONDS

    def once(self) -> int:
        """Sequences one batch, signs a head if one is due, and says so when something is stuck."""
        with transaction() as tx:
            done = sequencer.sequence(tx)
        with transaction() as tx:
            actions.publish(tx, self.signers)
        if monotonic() - self._looked_at > LOOK_SECONDS:
            self._looked_at = monotonic()
            self.look()
        return done

    def look(self) -> None:
        """Warns of a horizon held back, and of a head that nobody renews."""
        with transaction(read_only=True) as tx:
            lag, head, now = sequencer.lag(tx), queries.latest_head(tx), tx.wall_clock()
        if lag.is_stalled(PATIENCE):
            log.warning("log horizon stalled", waiting=lag.n_waiting, pid=lag.holder_pid, held_for=str(lag.held_for))
        if head is None or now - head.at > STALE:
            log.warning("log head stale", at=head.at.isoformat() if head else None)

    def ask_whether_whole(self) -> None:
        """Asks each witness how far it has seen the log. Raises LogBehind; a witness that sleeps is only warned of."""
        asked = [w for w in self.policy.witnesses.values() if w.url]
        if not asked:
            return
        with transaction() as tx:
            actions.publish(tx, self.signers)
        with transaction(read_only=True) as tx:
            head = queries.latest_head(tx)
        if head is None:
            return
        for witness in asked:
            try:
                self._take(head.size, witnesses.ask(witness.url or "", head.size, [], head.note))
            except witnesses.Behind as e:
                if e.size > head.size:
                    log.error("witness knows a longer log", witness=witness.name, size=e.size, ours=head.size)  # noqa: TRY400 - the sizes say it all
                    raise LogBehind(
                        f"见证方 {witness.name} 见过 {e.size} 条记录的树头，而数据库只有 {head.size} 条：数据库可能被回退或改写，"
                        "拒绝启动。请先恢复完整的数据库（docs/log.md）"
                    ) from e
            except witnesses.Unhelpful as e:
                log.warning("witness does not answer", witness=witness.name, reason=str(e))

    def _have_witnessed(self) -> None:
        while not self._stop.wait(WITNESS_SECONDS):
            try:
                self.submit()
            except (DBAPIError, PoolTimeout) as e:
                log.warning("heads cannot be submitted", error=type(e).__name__)

    def submit(self) -> int:
        """Submits the newest head to each witness that has not cosigned it. Returns how many cosignatures came back."""
        return sum(self._submit_to(w) for w in self.policy.witnesses.values() if w.url)

    def _submit_to(self, witness: witnesses.Witness) -> int:
        with transaction(read_only=True) as tx:
            head = queries.latest_head(tx)
            if head is None or queries.has_cosigned(tx, head.id, witness.name):
                return 0
            old = queries.witnessed_size(tx, witness.name)
        for _ in range(2):
            with transaction(read_only=True) as tx:
                proof = sequencer.tree(tx, head.size).consistency(old)
            try:
                lines = witnesses.ask(witness.url or "", old, proof, head.note)
            except witnesses.Behind as e:
                if e.size > head.size:
                    log.error(  # noqa: TRY400 - the sizes say it all
                        "witness knows a longer log", witness=witness.name, size=e.size, ours=head.size
                    )
                    return 0
                old = e.size
                continue
            except witnesses.Unhelpful as e:
                log.warning("witness does not cosign", witness=witness.name, reason=str(e))
                return 0
            return self._take(head.size, lines)
        return 0

    def _take(self, size: int, lines: list[str]) -> int:
        taken = 0
        for line in lines:
            try:
                with transaction() as tx:
                    taken += actions.cosign(tx, self.policy, size, line) is not None
            except Problem:
                continue  # a line of a key we do not know: C2SP has us ignore it
        return taken
