"""The folder a dajia installation lives in: one place that knows what lies where."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """Paths of one installation. Nothing is created until `prepare` is called."""

    root: Path

    @classmethod
    def at(cls, path: str | Path | None = None) -> Home:
        """The home at `path`; without one, `$DAJIA_HOME`, else `var` in the working directory."""
        return cls(Path(path or os.environ.get("DAJIA_HOME") or "var").expanduser().absolute())

    @property
    def store(self) -> Path:
        """The SQLite evidence store."""
        return self.root / "dajia.sqlite"

    @property
    def warc(self) -> Path:
        """Folder of the WARC files."""
        return self.root / "warc"

    @property
    def exports(self) -> Path:
        """Folder of daily exports and packages."""
        return self.root / "exports"

    @property
    def config(self) -> Path:
        """The configuration file; it may be absent."""
        return self.root / "dajia.toml"

    @property
    def weights(self) -> Path:
        """Weights of rules that were learnt here and accepted; absent while the shipped ones hold."""
        return self.root / "weights.yml"

    @property
    def lock(self) -> Path:
        """The file whose flock says that a daily run is going on."""
        return self.root / "daily.lock"

    @property
    def heads(self) -> Path:
        """Heads of the custody chain, stamped outside the database."""
        return self.root / "custody-heads.log"

    @property
    def logs(self) -> Path:
        """Folder of process logs and run reports."""
        return self.root / "logs"

    @property
    def scratch(self) -> Path:
        """Folder for files that may be deleted at any time."""
        return self.root / "scratch"

    def prepare(self) -> Home:
        """Create the folders, private to their owner where the system knows that."""
        for folder in (self.root, self.warc, self.exports, self.logs, self.scratch):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self
