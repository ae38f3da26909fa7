"""`dajia`: every module of `review.commands` is a command. Mistakes of a user end in one clear message and an exit code.

Exit codes: 0 ok · 1 partial (a source failed, a check failed) · 2 usage or configuration · 3 environment ·
4 nothing crawled · 5 not verifiable.
"""

from __future__ import annotations

import errno
import sys
from importlib import import_module
from keyword import iskeyword
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import click

from evidence.archive import ArchiveError
from evidence.config import ConfigError
from evidence.frontier import FrontierAway
from evidence.home import Home
from evidence.reading import NotStored
from evidence.redis_link import QueueLost
from evidence.sealing import SealError
from evidence.store import StoreError

OK, PARTIAL, USAGE, ENVIRONMENT, NOTHING, NOT_VERIFIABLE = range(6)
_COMMANDS = Path(__file__).with_name("commands")


class Commands(click.Group):
    """Finds commands by file name and imports only the one that is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in alphabetical order."""
        return sorted(module.name.rstrip("_") for module in iter_modules([str(_COMMANDS)]))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, None when there is none of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command = import_module(f"review.commands.{_module(cmd_name)}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of the help, read from the modules' text: importing all of them takes seconds."""
        names = self.list_commands(ctx)
        with formatter.section("Commands"):
            formatter.write_dl([(name, _summary(name, formatter.width - 6 - max(map(len, names)))) for name in names])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name for a misspelt one."""
        import difflib

        if args and not args[0].startswith("-") and args[0] not in (names := self.list_commands(ctx)):
            near = difflib.get_close_matches(args[0], names, n=1)
            ctx.fail(f"没有命令 {args[0]!r}" + (f"；是不是 {near[0]!r}？" if near else "") + f"  可用：{'、'.join(names)}")
        return super().resolve_command(ctx, args)


def _module(name: str) -> str:
    """The module of a command; a word of Python's own has a line behind it."""
    return f"{name}_" if iskeyword(name) else name


def _summary(name: str, width: int) -> str:
    """The first sentence of a command's help, cut to `width` characters."""
    import ast

    path = _COMMANDS / f"{_module(name)}.py"
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == "command":
            return click.Command(name, help=ast.get_docstring(node)).get_short_help_str(width)
    raise AssertionError(f"{path}: no function named command")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--home", "home_path", metavar="DIR", help="数据目录；默认 $DAJIA_HOME，否则 ./var")
@click.version_option(package_name="dajia")
@click.pass_context
def cli(ctx: click.Context, home_path: str | None) -> None:
    """打假：发现、研判、固证兜售假冒安全生产证书的广告和仿冒查询网站。

    退出码：0 正常 · 1 部分失败 · 2 用法或配置有误 · 3 环境有问题 · 4 什么都没抓到 · 5 无法核验
    """
    ctx.obj = Home.at(home_path)
    if ctx.obj.weights.is_file():
        from review.rulework import use_own_weights

        use_own_weights(ctx.obj)


def main(arguments: list[str] | None = None) -> None:
    """The entry point: turns every expected failure into one message and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # cron runs in the C locale
    try:
        code = cli.main(args=arguments, prog_name="dajia", standalone_mode=False)
    except click.exceptions.Exit as done:
        code = done.exit_code
    except click.Abort:
        code = _told("已中断", 130)
    except click.ClickException as problem:
        problem.show()
        code = USAGE
    except BrokenPipeError:
        sys.stdout = open("/dev/null", "w", encoding="utf-8")  # noqa: SIM115, PTH123 - the reader is gone
        code = OK
    except Exception as problem:  # noqa: BLE001 - what is not expected is raised again
        code = _failed(problem)
    sys.exit(code if isinstance(code, int) else OK)


def _failed(problem: Exception) -> int:
    from classifiers.engine import RuleError
    from classifiers.lexicon import LexiconError
    from classifiers.scan import ScanError
    from crawlers.queries import QueriesError
    from review.decisions import MoveRefused
    from review.leads import NoSuchLead
    from review.lock import Locked

    if isinstance(problem, (ConfigError, SealError, MoveRefused, NoSuchLead, ScanError, RuleError, LexiconError, QueriesError)):
        return _told(str(problem), USAGE)
    if isinstance(problem, NotStored):
        return _told(str(problem.args[0] if problem.args else problem), USAGE)
    if isinstance(problem, (Locked, StoreError, ArchiveError)):
        return _told(str(problem), ENVIRONMENT)
    if type(problem).__name__ == "BulkError":
        return _told(str(problem), USAGE)
    if isinstance(problem, (FrontierAway, QueueLost)):
        return _told(f"共享队列（dajia.toml [frontier] url）：{problem}", ENVIRONMENT)
    if isinstance(problem, OSError):
        return _told(_said(problem), ENVIRONMENT)
    if type(problem).__module__.startswith("exports."):
        return _told(str(problem), USAGE)
    raise problem


def _said(problem: OSError) -> str:
    where = f"{problem.filename}：" if problem.filename else ""
    hints: dict[Any, str] = {
        errno.ENOSPC: "磁盘已满；清出空间后重新运行，已入库的不会丢", errno.EACCES: "没有权限；请检查文件所有者",
        errno.EROFS: "磁盘只读", errno.ENOENT: "找不到这个文件", errno.EISDIR: "这是文件夹，需要文件",
    }
    return where + hints.get(problem.errno, problem.strerror or str(problem))


def _told(message: str, code: int) -> int:
    click.echo(f"错误：{message}", err=True)
    return code
