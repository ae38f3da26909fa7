"""Runs a bulk job: here, in processes of this machine, or on a Dask cluster that exists.

Few shards are under way at a time, and what comes back is a note, so that memory does not grow with the input. A process
that dies has its shard done again elsewhere; a shard that cannot be done is told, the others go on, and the same
command later does only what is missing.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from classifiers import engine, ruleset_digest
from review.bulk import columns, shards
from review.bulk.shards import BulkError, Note, Part
from review.bulk.working import work

AHEAD = 3  # shards handed out for each process
TRIES = 3  # deaths of a process that one shard may cause


@dataclass(slots=True)
class Done:
    """How a bulk job ended: counts of all shards, shards that were done before, and one sentence for each that failed."""

    counts: dict[str, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)
    parts: int = 0
    before: int = 0
    failed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Job:
    """What to do: `name` judge · scan, `form` jsonl · names · parquet, `size` of a shard in bytes; `workers` 0: one a core."""

    name: str
    source: Path
    form: str
    out: Path
    folder: Path
    size: int
    cluster: str = ""
    workers: int = 0


def run(job: Job, say: Callable[[str], None]) -> Done:
    """Do what is missing, and write the result when nothing is."""
    files = shards.inputs(job.source, job.form)
    parts = shards.plan(files, job.form, job.size)
    shards.claim(job.folder, shards.fingerprint(files, parts, job.name, ruleset_digest()))
    done = Done(parts=len(parts))
    missing: list[Part] = []
    for part in parts:
        note = shards.finished(job.folder, part.number)
        if note is None:
            missing.append(part)
        else:
            _add(done, note)
    done.before = len(parts) - len(missing)
    if done.before:
        say(f"{done.before} 个分片先前已完成，接着做其余 {len(missing)} 个")
    with _pool(job, len(missing)) as outcomes:
        for part, outcome in outcomes(missing):
            if isinstance(outcome, Note):
                _add(done, outcome)
                say(f"{part.number + 1}/{len(parts)} 完成")
            else:
                done.failed.append(f"{part.label}：{outcome}")
                say(f"失败 {done.failed[-1]}")
    if not done.failed:
        _join(job, len(parts))
    return done


def _add(done: Done, note: Note) -> None:
    for name, n in note.counts.items():
        done.counts[name] = done.counts.get(name, 0) + n
    done.examples = (done.examples + note.examples)[:5]


def _join(job: Job, count: int) -> None:
    blocks = shards.joined(job.folder, count)
    if job.out.suffix == ".parquet":
        columns.write(job.name, blocks, job.out)
        return
    draft = job.out.with_name(job.out.name + ".part")
    with draft.open("wb") as out:
        for block in blocks:
            out.write(block)
    draft.rename(job.out)


Outcomes = Callable[[list[Part]], Iterator[tuple[Part, Note | str]]]


@contextmanager
def _pool(job: Job, missing: int) -> Iterator[Outcomes]:
    """Who does the shards: this process for one worker, else Dask's."""
    if not missing or (job.workers == 1 and not job.cluster):
        yield lambda parts: ((part, _here(job, part)) for part in parts)
        return
    with _client(job) as client:
        yield lambda parts: _spread(client, job, parts)


def _rules() -> tuple[dict[str, float], str]:
    """(this installation's own weights, digest of its rule set): what every process of the job must judge by."""
    return dict(engine.adjusted()), ruleset_digest()


def _here(job: Job, part: Part) -> Note | str:
    try:
        return work(job.name, str(job.folder), part, *_rules())
    except BulkError as problem:
        return str(problem).removeprefix(f"{part.label}：")


@contextmanager
def _client(job: Job) -> Iterator[Any]:
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as problem:
        raise BulkError("多进程需要 Dask：pip install 'dajia[cluster]'；或用 --workers 1 在本进程里做") from problem
    for name in ("distributed", "distributed.client", "distributed.nanny", "distributed.scheduler", "distributed.worker"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is told shard by shard
    with dask.config.set({"distributed.scheduler.allowed-failures": TRIES, "distributed.scheduler.work-stealing": True}):
        if job.cluster:
            try:
                client = Client(job.cluster, timeout=5)  # type: ignore[no-untyped-call]
                client.wait_for_workers(1, timeout=60)
            except (OSError, ValueError, TimeoutError) as problem:
                raise BulkError(f"--cluster {job.cluster}：连不上 Dask 调度器（{problem}）") from problem
            with client:
                yield client
            return
        with LocalCluster(n_workers=job.workers or None, threads_per_worker=1, processes=True, dashboard_address=None,
                          memory_limit=0) as cluster, Client(cluster) as client:  # type: ignore[no-untyped-call]
            yield client


def _spread(client: Any, job: Job, parts: list[Part]) -> Iterator[tuple[Part, Note | str]]:
    from distributed import wait

    waiting, running, rules = deque(parts), dict[Any, Part](), _rules()
    while waiting or running:
        room = max(1, AHEAD * len(client.nthreads())) - len(running)
        for _ in range(min(room, len(waiting))):
            part = waiting.popleft()
            future = client.submit(work, job.name, str(job.folder.absolute()), part, *rules, pure=False)
            running[future] = part
        for future in wait(list(running), return_when="FIRST_COMPLETED").done:  # type: ignore[no-untyped-call]
            part = running.pop(future)
            problem = future.exception()
            if problem is None:
                yield part, future.result()
            elif isinstance(problem, BulkError):
                yield part, str(problem).removeprefix(f"{part.label}：")
            elif type(problem).__name__ == "KilledWorker":
                yield part, f"{TRIES} 个进程在这个分片上死掉（内存不足？）"
            else:
                yield part, f"{type(problem).__name__}: {problem}"
            future.release()
