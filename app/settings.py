"""Settings from the environment, typed. Nothing else reads the environment."""

import os
import secrets
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Each field is an environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(extra="ignore")

    database_url: str = ""
    """PostgreSQL 15 or later; empty starts the embedded server in `data_dir`."""
    data_dir: Path = Path(".data")
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    demo: bool = False
    """Whether the demonstration's accounts, with their published passwords, may sign in."""
    token_key: Path | None = None
    """PEM file of the P-256 key that signs access tokens; made in `data_dir` where none is named."""
    sealing_key_file: Path | None = None
    """File of 32 bytes that seal personal numbers; made in `data_dir` where none is named."""
    log_origin: str = "nongjiao.local/log"
    """Name of the transparency log: first line of every signed head, name of its keys. Never changes once public."""
    log_keys: Path | None = None
    """Folder of the Ed25519 keys (PEM) that sign heads; one is made in `data_dir` where none is named."""
    log_policy: Path | None = None
    """Policy file (C2SP tlog-policy): the witnesses, and which of them make a quorum. None: no witness is asked."""

    @property
    def log_key_folder(self) -> Path:
        return self.log_keys or self.data_dir / "log-keys"

    def hand_down(self) -> None:
        """Makes these the settings of every process started from here on."""
        os.environ |= {
            "DATABASE_URL": self.database_url,
            "DATA_DIR": str(self.data_dir),
            "DEMO": str(self.demo).lower(),
        }

    @property
    def token_key_file(self) -> Path:
        return self.token_key or self.data_dir / "token-key.pem"

    def sealing_key(self) -> bytes:
        """The 32 bytes that seal personal numbers. Lose them, and sealed numbers cannot be read again."""
        path = self.sealing_key_file or self.data_dir / "sealing-key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.touch(mode=0o600)
            part.write_bytes(secrets.token_bytes(32))
            part.replace(path)
        return path.read_bytes()
