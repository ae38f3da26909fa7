"""How a run tells what it does: a live line on a terminal, plain dated lines under cron."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self, TextIO

from rich.console import Console
from rich.status import Status

from exports import wording

STAGE_LABELS = {
    "discover": "发现：检索各来源", "lookalikes": "发现：新出现的仿冒域名",
    "capture": "采集：普通抓取", "worker": "采集：共享队列", "judge": "研判", "deepen": "深采：浏览器取证",
    "facts": "站点事实：DNS、证书、WHOIS", "leads": "汇总线索", "gangs": "归并团伙",
    "recheck": "复查已确认线索", "export": "生成日报", "package": "证据包", "stamp": "时间戳",
}
STATE_LABELS = wording.SOURCE_STATES
BAND_LABELS = wording.BANDS


class Reporter:
    """Prints to `out`; live when that is a terminal, unless `quiet`."""

    def __init__(self, out: TextIO | None = None, quiet: bool = False) -> None:
        self._out = out or sys.stderr
        self._quiet = quiet
        self._console = Console(file=self._out, highlight=False, soft_wrap=True)
        self._live = self._console.is_terminal and not quiet
        self._status: Status | None = None
        self._started = time.monotonic()
        self.log: Callable[[Mapping[str, Any]], None] | None = None  # where events are kept beside being shown

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._stop()

    def stage(self, name: str) -> None:
        """A stage begins."""
        label = STAGE_LABELS.get(name, name)
        self._keep({"event": "stage", "stage": name})
        self.say(f"▶ {label}")
        if self._live:
            self._status = self._console.status(label)
            self._status.start()

    def done(self, name: str, seconds: float, said: str) -> None:
        """A stage ended after `seconds`."""
        self._stop()
        self._keep({"event": "stage-end", "stage": name, "seconds": round(seconds, 2), "said": said})
        self.say(f"  {STAGE_LABELS.get(name, name)}完成，{seconds:.1f} 秒" + (f"：{said}" if said else ""))

    def event(self, event: dict[str, Any]) -> None:
        """Something a crawl process reported."""
        kind = event.get("event")
        self._keep(event)
        if kind == "source":
            state = STATE_LABELS.get(str(event.get("state")), str(event.get("state")))
            detail = f"（{event['detail']}）" if event.get("detail") else ""
            self.say(f"  · {event.get('source')}：{state}，{event.get('results', 0)} 条结果，"
                     f"{event.get('ads', 0)} 条广告{detail}")
        elif kind == "page" and self._status is not None:
            self._status.update(f"{event.get('done', '?')} 页，待处理 {event.get('waiting', '?')}：{event.get('url', '')}"[:110])
        elif kind == "error":
            self.say(f"  ! {event.get('detail') or event.get('message')}")

    def say(self, text: str) -> None:
        """One line; on a terminal above the live one."""
        if self._quiet:
            return
        if self._live:
            self._console.print(text, markup=False)
        else:
            stamp = time.strftime("%H:%M:%S")
            self._out.write(f"{stamp} {text}\n")
            self._out.flush()

    def note(self, text: str) -> None:
        """Something to be told and kept, beside the stages."""
        self._keep({"event": "note", "text": text})
        self.say(text)

    def _keep(self, event: Mapping[str, Any]) -> None:
        if self.log is not None:
            self.log(event)

    def _stop(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None
