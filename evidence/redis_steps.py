"""The steps of the shared queue that must be one: scripts that Redis runs whole, the group of workers, a worker's name.

`ADD` puts a key into the set of its run, notes which run's entry of the key counts, and appends the entry. `KEEP` renews an
entry's time only if it is still lent to the asker. `SETTLE` acknowledges and deletes an entry, and counts it once.
"""

from __future__ import annotations

from typing import Any

from evidence import ids
from evidence.home import Home

GROUP = "workers"

ADD = """
if redis.call('SADD', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('EXPIRE', KEYS[1], ARGV[5])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('XADD', KEYS[3], '*', 'key', ARGV[1], 'run', ARGV[2], 'host', ARGV[3], 'payload', ARGV[4])
return 1"""
KEEP = """
if #redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1, ARGV[2]) == 0 then return 0 end
redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[3], 'IDLE', ARGV[4], 'JUSTID')
return 1"""
SETTLE = """
local mine = redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[1], ARGV[2])
if mine == 0 then return 0 end
if redis.call('HGET', KEYS[2], ARGV[3]) == ARGV[4] then redis.call('HDEL', KEYS[2], ARGV[3]) end
if ARGV[5] ~= '' then redis.call('HINCRBY', KEYS[3], ARGV[5], 1) end
if ARGV[5] == 'failed' then
  redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[7], '*', 'key', ARGV[3], 'run', ARGV[4], 'note', ARGV[6])
end
return 1"""


def make_group(client: Any, stream: str) -> None:
    """The group of workers on a stream, made when it is first met."""
    from redis.exceptions import ResponseError

    try:
        client.xgroup_create(stream, GROUP, id="0", mkstream=True)
    except ResponseError as problem:
        if "BUSYGROUP" not in str(problem):
            raise


def worker_name(home: Home) -> str:
    """The name a store's worker has in the queue, the same after a restart: kept in a file beside the store."""
    path = home.root / "worker-name"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        path.write_text(f"w-{ids.new_id()}\n", encoding="ascii")
        return path.read_text(encoding="ascii").strip()
