"""Who may use the desk: names, roles, scrypt passwords, sessions that end, logins that are throttled."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass

from evidence import custody, ids
from evidence.store import Store

ROLES = {"viewer": "浏览", "first": "初审", "second": "复核", "admin": "管理"}
_RANK = {"viewer": 0, "first": 1, "second": 2, "admin": 3}
MOVE_NEEDS = {"confirm": "first", "dismiss": "first", "doubt": "first", "reopen": "first", "undo": "first", "second": "second",
              "revoke": "second"}
SESSION_SECONDS = 8 * 3600
FAILURES, FAILURE_SECONDS = 5, 900
MIN_PASSWORD = 10
_N, _R, _P = 2**14, 8, 1
_DUMMY = "0" * 32 + "$" + "0" * 64


class AccountError(Exception):
    """An account or a login that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is logged in. `csrf` must come back with every form."""

    name: str
    role: str
    csrf: str
    token: str

    def may(self, role: str) -> bool:
        """Whether this person holds `role` or a higher one."""
        return _RANK[self.role] >= _RANK[role]


def add_user(store: Store, name: str, role: str, password: str, actor: str) -> None:
    """Create an account, or give an existing one a new role and password."""
    name = name.strip()
    if not name or len(name) > 40 or not name.isprintable():
        raise AccountError("姓名须为 1 至 40 个可见字符")
    if role not in ROLES:
        raise AccountError(f"没有角色“{role}”；可以：{'、'.join(f'{k}（{v}）' for k, v in ROLES.items())}")
    if len(password) < MIN_PASSWORD:
        raise AccountError(f"密码至少 {MIN_PASSWORD} 个字符")
    with store.transaction():
        store.db.execute("INSERT INTO desk_users (name, role, password, disabled, at) VALUES (?,?,?,0,?) ON CONFLICT (name) DO "
                         "UPDATE SET role = excluded.role, password = excluded.password, disabled = 0",
                         (name, role, hashed(password), ids.utc_now()))
        store.db.execute("DELETE FROM desk_sessions WHERE user = ?", (name,))
        custody.append(store.db, "account", "user", name, ids.digest([name, role]), actor, {"role": role})


def disable_user(store: Store, name: str, actor: str) -> None:
    """Shut an account out at once; AccountError when there is none."""
    with store.transaction():
        if not store.db.execute("UPDATE desk_users SET disabled = 1 WHERE name = ?", (name,)).rowcount:
            raise AccountError(f"没有用户“{name}”")
        store.db.execute("DELETE FROM desk_sessions WHERE user = ?", (name,))
        custody.append(store.db, "account", "user", name, ids.digest([name, "disabled"]), actor, {"role": "disabled"})


def hashed(password: str) -> str:
    """Salt and scrypt digest, hexadecimal, joined by "$"."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_scrypt(password, salt).hex()}"


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_N, r=_R, p=_P, dklen=32)


def login(store: Store, name: str, password: str) -> Visitor:
    """A new session; AccountError with the same words for an unknown name and a wrong password."""
    now = time.time()
    failed = store.one("SELECT count(*) AS n FROM desk_failures WHERE name = ? AND at > ?", name, now - FAILURE_SECONDS)
    if failed and failed["n"] >= FAILURES:
        raise AccountError(f"失败次数过多，请 {FAILURE_SECONDS // 60} 分钟后再试")
    row = store.one("SELECT role, password, disabled FROM desk_users WHERE name = ?", name)
    salt, _, digest = (row["password"] if row else _DUMMY).partition("$")
    right = hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)).hex(), digest)
    if row is None or not right or row["disabled"]:
        with store.transaction():
            store.db.execute("DELETE FROM desk_failures WHERE at < ?", (now - FAILURE_SECONDS,))
            store.db.execute("INSERT INTO desk_failures VALUES (?, ?)", (name[:80], now))
        raise AccountError("用户名或密码不对")
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    with store.transaction():
        store.db.execute("DELETE FROM desk_failures WHERE name = ?", (name,))
        store.db.execute("DELETE FROM desk_sessions WHERE expires < ?", (now,))
        store.db.execute("INSERT INTO desk_sessions VALUES (?,?,?,?)", (_kept(token), name, csrf, now + SESSION_SECONDS))
        custody.append(store.db, "login", "user", name, ids.digest([name, "login"]), name)
    return Visitor(name, row["role"], csrf, token)


def visitor(store: Store, token: str) -> Visitor | None:
    """Who holds this session token; None when it is unknown, over, or the account was shut."""
    if not token:
        return None
    row = store.one("SELECT s.user, s.csrf, u.role FROM desk_sessions s JOIN desk_users u ON u.name = s.user "
                    "WHERE s.token = ? AND s.expires > ? AND u.disabled = 0", _kept(token), time.time())
    return Visitor(row["user"], row["role"], row["csrf"], token) if row else None


def logout(store: Store, token: str) -> None:
    """End a session."""
    with store.transaction():
        store.db.execute("DELETE FROM desk_sessions WHERE token = ?", (_kept(token),))


def _kept(token: str) -> str:
    """What of a token lies in the store: whoever reads the file cannot log in with it."""
    return ids.sha256(token.encode())
