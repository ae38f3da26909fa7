"""Every rule file loads, has its cases, fires on its hits and keeps silent on its misses."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from classifiers import engine
from classifiers.page import ImageReading, PageInput
from classifiers.reader import read
from classifiers.reading import Reading

CASES = Path(__file__).parent / "rules"
RULES = {rule.name: rule for rule in engine.load()}
LEAST = 5


@cache
def cases(name: str) -> dict[str, list[Any]]:
    path = CASES / f"{name}.yml"
    assert path.is_file(), f"规则 {name} 没有用例文件：请写 {path.relative_to(CASES.parents[2])}（hits 与 misses 各至少 {LEAST} 条）"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def reading(case: Any) -> Reading:
    if isinstance(case, str):
        case = {"text": case}
    pictures = tuple(
        ImageReading(f"image-{n}", qr=tuple(p.get("qr", ())), ocr=p.get("ocr", "")) for n, p in enumerate(case.get("images", ()))
    )
    if "ocr" in case:
        pictures += (ImageReading("screenshot-full", ocr=case["ocr"]),)
    given = PageInput(
        url=case.get("url", "https://a1.example/"), html=case.get("html", ""), text=case.get("text", ""),
        title=case.get("title", ""), images=pictures,
    )
    return Reading(read(given), case.get("facts"))


def test_there_are_rules_of_every_kind() -> None:
    assert {rule.kind for rule in RULES.values()} == set(engine.KINDS)


def test_no_case_file_is_left_without_its_rule() -> None:
    files = {f"{path.parent.name}/{path.stem}" for path in CASES.glob("*/*.yml")}
    assert files <= set(RULES), f"没有这些规则：{sorted(files - set(RULES))}"


@pytest.mark.parametrize("name", sorted(RULES))
def test_rule_fires_on_its_hits_and_not_on_its_misses(name: str) -> None:
    written = cases(name)
    rule = RULES[name]
    assert len(written["hits"]) >= LEAST
    assert len(written["misses"]) >= LEAST
    silent = [case for case in written["hits"] if engine.fire(rule, reading(case)) is None]
    fired = [case for case in written["misses"] if engine.fire(rule, reading(case)) is not None]
    assert not silent, f"{name} 应命中而未命中：{silent}"
    assert not fired, f"{name} 不应命中而命中：{fired}"


@pytest.mark.parametrize("name", sorted(RULES))
def test_quotes_of_a_rule_are_found_at_their_offsets(name: str) -> None:
    for case in cases(name)["hits"]:
        page = reading(case)
        fired = engine.fire(RULES[name], page)
        assert fired is not None
        found = fired.finding
        assert found.sentence and "{" not in found.sentence
        if found.start >= 0 and found.where in ("html", "text"):
            assert page.page.source[found.start : found.end] == found.quote


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("title: x\nkind: ad\nweight: 5\nwhy: y\nwhen: promise.no_exm\n", r":5: promise\.no_exm：.*promise\.no_exam"),
        ("title: x\nkind: ad\nweight: [\n", r"YAML"),
        ("title: x\nkind: ad\nweight: 500\nwhy: y\nwhen: promise.no_exam\n", r":3: weight"),
        ("title: x\nkind: site\nweight: 5\nwhy: y\nwhen: promise.no_exam\n", r":2: kind"),
        ("title: x\nkind: ad\nweight: 5\nwhy: y\nwhen: promise.no_exam\nwheight: 3\n", r":6: wheight"),
        ("title: x\nkind: ad\nweight: 5\nwhen: promise.no_exam\n", r"why：缺少"),
        ("title: x\nkind: ad\nweight: 5\nwhy: y\nwhen: {all: promise.no_exam}\n", r"all：应为非空列表"),
        ("title: x\nkind: ad\nweight: 5\nwhy: '{promise.nothing}'\nwhen: promise.no_exam\n", r"promise\.nothing"),
        ("- just\n- a list\n", r"顶层"),
        ("title: x\nkind: ad\nweight: 5\nwhy: y\nwhen: {all: [promise.no_exam\nunless: z: q\n", r":6: when：YAML.*第 5 行"),
        ("title: x\nkind: ad\nweight: 5\nwhy: y\nwhen: {all: [promise.no_exam], within: sixty}\n", r":5: within：.*sixty.*整数"),
        ("title: x\nkind: ad\nweight: 5\nwhy: y\nwhen: {count: promise.*, least: two}\n", r":5: least：.*two"),
        ("title: x\nkind: ad\nweight: 5\nwhy: y\nwhen: promises.*\n", r":5: promises.*是不是 promise\.\*"),
        ("title: x\nkind: ad\nweight: 5\nwhy: y\nwhen: promise.*\nreferences: 3\n", r":6: references：应为列表"),
    ],
    ids=["misspelt feature", "broken yaml", "heavy", "wrong folder", "unknown field", "no why", "all without list", "slot", "list",
         "unclosed bracket", "within in words", "least in words", "misspelt family", "references"],
)
def test_a_bad_rule_file_is_refused_with_file_line_and_fix(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "ad" / "draft.yml"
    path.parent.mkdir()
    path.write_text(content, encoding="utf-8")
    with pytest.raises(engine.RuleError, match=message) as caught:
        engine.read_rule(path)
    assert "draft.yml:" in str(caught.value)


def test_an_empty_rule_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(engine.RuleError, match="没有规则文件"):
        engine.load(tmp_path)
