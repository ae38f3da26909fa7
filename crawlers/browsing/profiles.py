"""Whom the browser plays: a visitor at a desk, one on a phone, one who comes from a result page. No disguise beyond that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from evidence.config import Network
from evidence.records import Profile

LOCALE, TIME_ZONE = "zh-CN", "Asia/Shanghai"
_CHROME = re.compile(r"Chrome/(\d+)\.([\d.]+)")
_ANDROID = re.compile(r"Android (\d+)[^;)]*; ([^;)]+?)(?: Build/[^)]*)?\)")
_WINDOWS = re.compile(r"Windows NT")


@dataclass(frozen=True, slots=True)
class Player:
    """One visitor: agent string, screen in CSS pixels, and how many device pixels a picture has for each."""

    profile: Profile
    agent: str
    width: int
    height: int
    ratio: float
    touch: bool
    picture_scale: float

    def options(self) -> dict[str, Any]:
        """Playwright's options of a browser context for this visitor."""
        return {
            "user_agent": self.agent, "viewport": {"width": self.width, "height": self.height},
            "screen": {"width": self.width, "height": self.height}, "device_scale_factor": self.ratio,
            "is_mobile": self.touch, "has_touch": self.touch, "locale": LOCALE, "timezone_id": TIME_ZONE,
            "color_scheme": "light", "reduced_motion": "reduce",
        }

    def agent_override(self) -> dict[str, Any]:
        """The same identity for client hints (CDP Emulation.setUserAgentOverride): agent and hints must not differ."""
        chrome, android = _CHROME.search(self.agent), _ANDROID.search(self.agent)
        major = chrome[1] if chrome else ""
        brands = [{"brand": "Chromium", "version": major}, {"brand": "Google Chrome", "version": major},
                  {"brand": "Not?A_Brand", "version": "8"}] if major else []
        full = f"{major}.{chrome[2]}" if chrome else ""
        windows = _WINDOWS.search(self.agent) is not None
        return {
            "userAgent": self.agent, "acceptLanguage": LOCALE,
            "platform": "Linux armv8l" if android else "Win32" if windows else "Linux x86_64",
            "userAgentMetadata": {
                "brands": brands, "fullVersionList": [b | {"version": full if b["version"] == major else "8.0.0.0"} for b in brands],
                "platform": "Android" if android else "Windows" if windows else "Linux",
                "platformVersion": f"{android[1]}.0.0" if android else "10.0.0" if windows else "",
                "architecture": "" if android else "x86", "bitness": "" if android else "64",
                "model": android[2] if android else "", "mobile": self.touch,
            },
        }


def player(profile: Profile, network: Network, *, phone: bool = False) -> Player:
    """The visitor for a profile; `phone`: the one who comes from a result page holds a phone."""
    if profile == "mobile" or (profile == "from-search" and phone):
        # A common phone of the agent's class: 1,080 × 2,400 device pixels at a ratio of 2.75.
        return Player(profile, network.mobile_user_agent, 393, 873, 2.75, True, 1.5)
    return Player(profile, network.user_agent, 1366, 768, 1.0, False, 1.0)
