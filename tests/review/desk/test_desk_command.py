"""`dajia desk`: accounts from the command line, and what is said before the desk serves."""

import pytest
import uvicorn
from click.testing import CliRunner

from bench.desk_world import DeskWorld
from evidence.home import Home
from evidence.store import Store
from review.commands.desk import command
from review.desk import accounts


@pytest.fixture
def call(tmp_path, monkeypatch):
    home, served = Home.at(tmp_path / "home").prepare(), []
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: served.append(options))

    def run(*arguments):
        return CliRunner().invoke(command, list(arguments), obj=home)
    run.home, run.served = home, served
    return run


def test_a_person_is_made_shown_changed_and_shut_out(call, tmp_path):
    made = call("user", "李初审")
    assert "角色 初审，密码 " in made.output
    password = made.output.rsplit("密码 ", 1)[1].split("（")[0]
    with Store.open(call.home) as store:
        assert accounts.login(store, "李初审", password).role == "first"
    kept = tmp_path / "password.txt"
    kept.write_text("another-password-1\n", encoding="utf-8")
    assert "密码" not in call("user", "李初审", "--role", "second", "--password-file", str(kept)).output
    with Store.open(call.home) as store:
        assert accounts.login(store, "李初审", "another-password-1").role == "second"
        with pytest.raises(accounts.AccountError):
            accounts.login(store, "李初审", password)
    assert call("users").output == "李初审\t复核\n"
    assert call("user", "李初审", "--disable").exit_code == 0
    assert "已停用" in call("users").output


@pytest.mark.parametrize("arguments, told", [(("user", " "), "姓名"), (("user", "x" * 41), "姓名"), (("user", "谁", "--disable"), "没有用户"),
                                             (("user", "李", "--role", "king"), "king"), ((), "还没有用户")], ids=["blank", "long", "unknown", "role", "nobody yet"])
def test_mistakes_are_told(call, arguments, told):
    done = call(*arguments)
    assert done.exit_code == 2
    assert told in done.output
    assert not call.served


def test_a_short_password_is_refused(call, tmp_path):
    short = tmp_path / "short.txt"
    short.write_text("123", encoding="utf-8")
    assert "至少" in call("user", "李初审", "--password-file", str(short)).output


def test_it_serves_on_loopback_and_mends_a_board_that_somebody_spoiled(call):
    call("user", "李初审")
    assert "注意" not in call().output
    with Store.open(call.home) as store:
        world = DeskWorld(store)
        world.lead("a.example", profiles=())
        world.seal()
        store.db.execute("UPDATE board SET state = 'dismissed'")
    assert "1 条线索不一致" in call().output
    assert "不一致" not in call().output
    assert {options["host"] for options in call.served} == {"127.0.0.1"}
