"""Packages of many leads, built by several processes that each read the store; what one lead lacks stops no other."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from evidence.archive import ArchiveError, Vault
from evidence.config import Config
from evidence.home import Home
from evidence.store import Store, StoreError
from exports import package
from exports.dossier import DossierError
from exports.package import PackageBuilt, PackageError
from exports.recipients import Addressee

FEW = 3  # so many are built sooner than a second process has started
MOST = 8  # processes: a package is mostly processor time, and each process takes some 250 MB


@dataclass(frozen=True, slots=True)
class Job:
    """One lead and whom it goes to."""

    lead: str
    to: tuple[Addressee, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a job: its packages, and in `problem` why there are none or not all."""

    lead: str
    built: tuple[PackageBuilt, ...]
    problem: str = ""


def build_many(
    home: Home, jobs: Sequence[Job], folder: Path, config: Config, *, originals: bool = False, workers: int = 0,
) -> Iterator[Done]:
    """Build every job's packages under `folder`, in the order of the jobs. `workers` 0: as many as there are processors."""
    count = min(workers or os.cpu_count() or 1, MOST, len(jobs))
    if count < 2 or len(jobs) <= FEW:
        with Store.open(home, actor="packages") as store:
            yield from (_build(store, job, folder, config, originals) for job in jobs)
        return
    fresh = multiprocessing.get_context("spawn")  # a forked child would share the parent's open store
    with ProcessPoolExecutor(count, fresh, _start, (home, folder, config, originals)) as pool:
        yield from pool.map(_work, jobs)


@dataclass(frozen=True, slots=True)
class _Place:
    """What a process works with."""

    store: Store
    folder: Path
    config: Config
    originals: bool


_PLACES: list[_Place] = []  # of this process: one, once it has started


def _start(home: Home, folder: Path, config: Config, originals: bool) -> None:
    _PLACES.append(_Place(Store.open(home, actor="packages"), folder, config, originals))


def _work(job: Job) -> Done:
    place = _PLACES[-1]
    return _build(place.store, job, place.folder, place.config, place.originals)


def _build(store: Store, job: Job, folder: Path, config: Config, originals: bool) -> Done:
    vault, built = Vault(store.home), list[PackageBuilt]()
    try:
        built += [package.build(store, vault, job.lead, to.agency, folder, config, to=to, originals=originals) for to in job.to]
    except (PackageError, DossierError, ArchiveError, StoreError, OSError) as problem:
        return Done(job.lead, tuple(built), str(problem) or type(problem).__name__)
    finally:
        package.forget()
    return Done(job.lead, tuple(built))
