"""The remarks of the crawl in Chinese: what a source's state is explained with, for officers who read no English.

A phrase that is not known here stays as it was said: better English than nothing.
"""

from __future__ import annotations

import re

from exports.wording import SOURCE_STATES

_STATES = "|".join(SOURCE_STATES)
_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple((re.compile(pattern), said) for pattern, said in (
    (r"switched off in the configuration", "在配置中关闭"),
    (r"experimental \(evidence of ([\d-]+)\), off by default: set \[sources\.\w+\] enabled = true",
     r"试验性来源（版式依据 \1），默认不启用"),
    (r"robots\.txt overridden: ", "未遵守 robots，依据："),
    (r"(\d+) of (\d+) result pages", r"应读 \2 个结果页，读了 \1 个"),
    (r"primary selectors no longer match: ", "首选的页面定位已不匹配："),
    (r"walled as declared: covered by site: queries and by imports", "该来源需登录，由 site: 检索和人工导入覆盖"),
    (r"the engines showed no page of it that was not read lately", "各引擎没有给出它的新页面"),
    (r"no engine that understands site: was read, so nothing could show its pages", "没有读到支持 site: 的引擎，无从看到它的页面"),
    (r"connection refused|Connection was refused[^;]*", "连接被拒绝"),
    (r"(?:DNS lookup failed|no address|host not found)[^;]*", "域名解析不到"),
    (r"timed? ?out[^;]*|took longer than [\d.]+ s[^;]*", "超时"),
))
_LABELS = re.compile(rf"\b({_STATES})(?=[:, ]| \d|$)")


def chinese(remark: str) -> str:
    """The remark with every known phrase in Chinese."""
    for pattern, said in _PHRASES:
        remark = pattern.sub(said, remark)
    return _LABELS.sub(lambda m: SOURCE_STATES[m[1]], remark).replace("; ", "；")
