"""What holds for every test: nothing but loopback is contacted, and nothing outside the test's folders is written."""

import ipaddress
import socket

import pytest

_connect, _connect_ex = socket.socket.connect, socket.socket.connect_ex


def _refuse_outside(sock, address):
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = address[0]
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise AssertionError(f"a test tried to reach {host!r}; tests know loopback only")


@pytest.fixture(autouse=True, scope="session")
def only_loopback():
    """Refuse every connection that leaves the machine."""
    def connect(sock, address):
        _refuse_outside(sock, address)
        return _connect(sock, address)

    def connect_ex(sock, address):
        _refuse_outside(sock, address)
        return _connect_ex(sock, address)

    socket.socket.connect, socket.socket.connect_ex = connect, connect_ex
    yield
    socket.socket.connect, socket.socket.connect_ex = _connect, _connect_ex


@pytest.fixture(autouse=True)
def no_home_from_outside(monkeypatch, tmp_path):
    """No test reads or writes the person's own installation."""
    monkeypatch.setenv("DAJIA_HOME", str(tmp_path / "default-home"))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
