"""`dajia desk`: the web desk, and who may use it."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from evidence import board
from evidence.home import Home
from evidence.store import Store
from review.desk import accounts


@click.group(name="desk", invoke_without_command=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址；改成别的地址前请先在前面放 HTTPS")
@click.option("--port", default=8470, show_default=True, type=click.IntRange(0, 65535))
@click.pass_context
def command(context: click.Context, host: str, port: int) -> None:
    """研判台：在浏览器里复核线索、作出决定、导出移送材料。"""
    if context.invoked_subcommand is not None:
        return
    import uvicorn

    from review.desk.application import application

    home: Home = context.obj
    with Store.open(home, actor="desk") as store:
        if not store.one("SELECT 1 FROM desk_users WHERE disabled = 0"):
            raise click.UsageError("还没有用户；先运行 dajia desk user 姓名 --role admin")
        if wrong := board.differences(store.db):
            with store.transaction():
                board.rebuild(store.db)
            click.echo(f"注意：列表与证据库有 {len(wrong)} 条线索不一致，已按事实重建；请查是谁绕过程序改过库", err=True)
    click.echo(f"研判台：http://{host}:{port}/ （Ctrl+C 停止）")
    uvicorn.run(application(home), host=host, port=port, log_level="warning", server_header=False)


@command.command()
@click.argument("name", metavar="姓名")
@click.option("--role", type=click.Choice(list(accounts.ROLES)), default="first", show_default=True,
              help="viewer 浏览、first 初审、second 复核、admin 管理")
@click.option("--password-file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="从文件读密码；默认随机生成并显示一次")
@click.option("--disable", is_flag=True, help="停用这个用户")
@click.pass_obj
def user(home: Home, name: str, role: str, password_file: Path | None, disable: bool) -> None:
    """新建用户或重设其密码与角色。"""
    with Store.open(home, actor="desk") as store:
        try:
            if disable:
                accounts.disable_user(store, name, "命令行")
                click.echo(f"已停用：{name}")
                return
            password = password_file.read_text(encoding="utf-8").strip() if password_file else secrets.token_urlsafe(12)
            accounts.add_user(store, name, role, password, "命令行")
        except accounts.AccountError as problem:
            raise click.UsageError(str(problem)) from problem
    click.echo(f"用户 {name}，角色 {accounts.ROLES[role]}" + ("" if password_file else f"，密码 {password}（只显示这一次）"))


@command.command()
@click.pass_obj
def users(home: Home) -> None:
    """列出用户。"""
    with Store.open(home, actor="desk") as store:
        for row in store.rows("SELECT name, role, disabled FROM desk_users ORDER BY name"):
            click.echo(f"{row['name']}\t{accounts.ROLES[row['role']]}" + ("\t已停用" if row["disabled"] else ""))
