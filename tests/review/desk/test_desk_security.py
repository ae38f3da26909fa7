"""Who gets in, who may do what, which requests are refused; asked over the wire, without a browser."""

import time

import pytest

from review.desk import accounts
from review.desk.security import COOKIE

CSP = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def test_nothing_is_shown_before_the_login(desk):
    lead = desk.leads["fake"]
    for path in ("/", "/leads", f"/lead/{lead}", "/gangs", "/followup", "/picture/a/b", "/raw/a/b", f"/lead/{lead}/export", "/package/1"):
        answer = desk.client().get(path)
        assert (answer.status, answer.headers["Location"]) == (303, "/login"), path
    for path in (f"/lead/{lead}/decide", "/undo", "/bulk", f"/lead/{lead}/note", "/filters", "/logout"):
        assert desk.client().post(path, {"move": "confirm"}).status == 303, path
    assert desk.state(lead) == "new"


def test_every_answer_carries_the_strict_headers(desk):
    who = desk.client("周复核")
    for path in ("/", f"/lead/{desk.leads['fake']}", "/nowhere", "/static/desk.css", "/lead/abc", "/login"):
        headers = who.get(path).headers
        assert headers["Content-Security-Policy"] == CSP, path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Server" not in headers


def test_pages_hold_no_inline_script_style_or_outside_address(desk):
    import re

    who = desk.client("陈管理")
    for path in ("/", "/leads?state=", f"/lead/{desk.leads['fake']}", f"/lead/{desk.leads['same']}/export", "/gangs", "/login"):
        text = who.get(path).text
        assert not re.search(r"(?i)<script(?![^>]+src=\"/static/)|<style|\sstyle=|\son[a-z]+=|javascript:|(?:src|href|action)=\"(?!/|#)", text), path


@pytest.mark.parametrize("name, password", [("李初审", "wrong-password"), ("没有此人", "long-enough-1"), ("", ""), ("李初审", "long-enough-1 ")],
                         ids=["wrong", "unknown", "empty", "blank behind"])
def test_a_failed_login_never_says_why(desk, name, password):
    who = desk.client()
    answer = who.login(name, password)
    assert answer.status == 403
    assert "用户名或密码不对" in answer.text
    assert not who.cookie


def test_logins_are_throttled_and_the_right_password_waits_too(desk):
    for _ in range(accounts.FAILURES):
        assert "不对" in desk.client().login("李初审", "wrong-password").text
    assert "失败次数过多" in desk.client().login("李初审").text
    assert desk.client("周复核").get("/").status == 200
    with desk.store() as store:
        store.db.execute("UPDATE desk_failures SET at = at - ?", (accounts.FAILURE_SECONDS + 1,))
    assert desk.client().login("李初审").status == 303


def test_a_session_ends_by_time_by_logout_and_when_the_account_is_shut(desk):
    first, second, third = desk.client("李初审"), desk.client("李初审"), desk.client("王初审")
    with desk.store() as store:
        store.db.execute("UPDATE desk_sessions SET expires = ? WHERE token = ?", (time.time() - 1, accounts._kept(first.cookie)))
    assert first.get("/").headers["Location"] == "/login?over=1"
    assert "登录已过期" in first.get("/login?over=1").text
    assert second.post("/logout").status == 303
    assert second.get("/").status == 303
    with desk.store() as store:
        accounts.disable_user(store, "王初审", "test")
    assert third.get("/").status == 303
    assert desk.client().login("王初审").status == 403


def test_neither_passwords_nor_tokens_lie_in_the_store(desk):
    who = desk.client("李初审")
    held = b"".join(p.read_bytes() for p in desk.home.root.glob("dajia.sqlite*"))
    assert who.cookie.encode() not in held
    assert b"long-enough-1" not in held


def test_the_cookie_is_shut_to_scripts_and_other_sites(desk):
    told = desk.client().login("李初审").headers["Set-Cookie"].lower()
    assert told.startswith(COOKIE.lower())
    assert "httponly" in told
    assert "samesite=strict" in told


@pytest.mark.parametrize("csrf, headers", [("", {}), ("x" * 32, {}), (None, {"Sec-Fetch-Site": "cross-site"}), (None, {"Sec-Fetch-Site": "same-site"})],
                         ids=["no token", "wrong token", "another site", "a sister site"])
def test_a_forged_form_does_nothing(desk, csrf, headers):
    who, lead = desk.client("李初审"), desk.leads["fake"]
    for path in (f"/lead/{lead}/decide", "/bulk", f"/lead/{lead}/note", "/filters", "/undo", "/logout"):
        answer = who.post(path, {"move": "confirm", "seen": "", "text": "x", "name": "x", "leads": lead, "sure": "1", "lead": lead}, headers, csrf)
        assert answer.status == 403, path
    assert desk.state(lead) == "new"
    assert who.get("/").status == 200


def test_a_login_posted_from_another_site_is_refused(desk):
    who = desk.client()
    assert who.post("/login", {"name": "李初审", "password": "long-enough-1"}, {"Sec-Fetch-Site": "cross-site"}, "").status == 403


def test_another_persons_token_does_not_count(desk):
    one, other = desk.client("李初审"), desk.client("王初审")
    assert one.post(f"/lead/{desk.leads['fake']}/decide", {"move": "confirm", "seen": ""}, csrf=other.csrf).status == 403


def test_a_form_too_long_is_refused_whole(desk):
    answer = desk.client("李初审").post(f"/lead/{desk.leads['fake']}/note", {"text": "长" * 200_000})
    assert answer.status == 403
    assert "过长" in answer.text


ROLES = [("吴浏览", "decide:confirm", 403), ("吴浏览", "note", 403), ("吴浏览", "export", 403), ("吴浏览", "raw", 403), ("吴浏览", "bulk", 403),
         ("李初审", "decide:confirm", 303), ("李初审", "decide:revoke", 400), ("李初审", "export", 403), ("李初审", "raw", 200), ("李初审", "bulk", 200),
         ("周复核", "export", 200), ("周复核", "decide:confirm", 303), ("陈管理", "export", 200)]


@pytest.mark.parametrize("name, act, status", ROLES, ids=lambda value: str(value))
def test_roles(desk, name, act, status):
    who, lead = desk.client(name), desk.leads["fake"]
    if act == "raw":
        with desk.store() as store:
            capture = store.one("SELECT capture FROM v_leads WHERE id = ?", lead)["capture"]
        answer = who.get(f"/raw/{capture}/body")
    elif act == "export":
        answer = who.get(f"/lead/{lead}/export")
    elif act == "note":
        answer = who.post(f"/lead/{lead}/note", {"text": "看过"})
    elif act == "bulk":
        answer = who.post("/bulk", {"leads": lead, "move": "confirm"})
    else:
        answer = who.post(f"/lead/{lead}/decide", {"move": act.partition(":")[2], "seen": "", "reason": "因为"})
    assert answer.status == status, answer.text[:500]


def test_an_original_leaves_as_bytes_nothing_opens_and_the_taking_is_recorded(desk):
    who = desk.client("李初审")
    with desk.store() as store:
        capture = store.one("SELECT capture FROM v_leads WHERE id = ?", desk.leads["fake"])["capture"]
    answer = who.get(f"/raw/{capture}/body")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    with desk.store() as store:
        row = store.one("SELECT actor, event FROM custody ORDER BY seq DESC LIMIT 1")
    assert tuple(row) == ("李初审", "taken")


def test_only_pixels_of_stored_pictures_are_served(desk):
    who = desk.client("吴浏览")
    with desk.store() as store:
        capture = store.one("SELECT c.id FROM captures c JOIN artifacts a ON a.capture = c.id WHERE a.name = 'screenshot-full'")["id"]
    assert who.get(f"/picture/{capture}/screenshot-full").headers["Content-Type"] == "image/jpeg"
    for name in ("body", "dom", "nothing", "..%2f..%2fdajia.sqlite"):
        assert who.get(f"/picture/{capture}/{name}").status == 404, name
    assert who.get(f"/difference/{capture}/screenshot-full/{capture}/body").status == 404


@pytest.mark.parametrize("path", ["/nowhere", "/lead/abc", "/gang/abc", "/lead/%00", "/package/abc", "/raw/a/b", "/lead/" + "a" * 5000, "/static/../accounts.py",
                                  "/static/%2e%2e/accounts.py"])
def test_what_is_not_there_is_told_in_chinese(desk, path):
    answer = desk.client("陈管理").get(path)
    assert answer.status == 404
    assert "没有" in answer.text or path.startswith("/static")
    assert "Traceback" not in answer.text


def test_a_fault_of_ours_says_that_nothing_was_done(desk, monkeypatch):
    from review.desk import queue

    def broken(*_):
        raise RuntimeError("secret detail")
    who = desk.client("李初审")
    monkeypatch.setattr(queue, "recent", broken)
    answer = who.get("/")
    assert answer.status == 500
    assert "没有完成" in answer.text
    assert "secret" not in answer.text
