"""A gang as a picture: leads and what ties them, drawn as SVG without any network."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import networkx

MAX_LEADS, MAX_TIES = 120, 60
_WIDTH, _HEIGHT, _MARGIN = 1100, 760, 70
_COLOURS = {"checker": "#b3261e", "seller": "#b26a00", "operator": "#4a148c", "reseller": "#00695c", "shared": "#546e7a"}
_LEGEND = (("checker", "仿冒网站"), ("seller", "广告"), ("operator", "疑似运营者"), ("reseller", "疑似代理"), ("shared", "共同特征"))


def picture(members: Mapping[str, tuple[str, str]], ties: Sequence[tuple[str, str]], edges: Sequence[tuple[str, int]]) -> str:
    """SVG of `members` (lead → label, role), `ties` (label, role) and `edges` (lead, index of its tie).

    Large gangs show the first `MAX_LEADS` leads and `MAX_TIES` ties, and say so in the picture.
    """
    shown = dict(list(members.items())[:MAX_LEADS])
    kept = ties[:MAX_TIES]
    graph = networkx.Graph()
    graph.add_nodes_from(shown)
    graph.add_nodes_from(range(len(kept)))
    graph.add_edges_from((lead, tie) for lead, tie in edges if lead in shown and tie < len(kept))
    spots = networkx.spring_layout(graph, seed=7, iterations=120, k=1.6 / max(1, len(graph)) ** 0.5)
    place = {node: _scaled(x, y) for node, (x, y) in spots.items()}
    lines = [_line(place[a], place[b]) for a, b in graph.edges]
    marks = [_site(place[lead], label, role) for lead, (label, role) in shown.items()]
    marks += [_tie(place[n], label, role) for n, (label, role) in enumerate(kept)]
    note = "" if len(shown) == len(members) and len(kept) == len(ties) else \
        f"只画出 {len(members)} 条线索中的 {len(shown)} 条、{len(ties)} 个特征中的 {len(kept)} 个"
    return "".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" font-family="sans-serif" font-size="12">',
        "<title>团伙关系图</title>", f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>', *lines, *marks, *_legend(),
        f'<text x="{_MARGIN}" y="{_HEIGHT - 12}" fill="#555">{html.escape(note)}</text>', "</svg>"])


def _scaled(x: float, y: float) -> tuple[float, float]:
    return (_MARGIN + (float(x) + 1) / 2 * (_WIDTH - 2 * _MARGIN), 40 + (float(y) + 1) / 2 * (_HEIGHT - 110))


def _line(a: tuple[float, float], b: tuple[float, float]) -> str:
    return f'<line x1="{a[0]:.1f}" y1="{a[1]:.1f}" x2="{b[0]:.1f}" y2="{b[1]:.1f}" stroke="#b0bec5"/>'


def _site(at: tuple[float, float], label: str, role: str) -> str:
    colour = _COLOURS.get(role, "#333")
    return (f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="7" fill="{colour}"><title>{_text(label, 200)}</title></circle>'
            f'<text {_beside(at)} fill="#222">{_text(label, 26)}</text>')


def _tie(at: tuple[float, float], label: str, role: str) -> str:
    colour = _COLOURS.get(role, "#333")
    return (f'<rect x="{at[0] - 6:.1f}" y="{at[1] - 6:.1f}" width="12" height="12" rx="2" fill="#fff" stroke="{colour}" '
            f'stroke-width="2.5"><title>{_text(label, 200)}</title></rect>'
            f'<text {_beside(at)} fill="{colour}">{_text(label, 30)}</text>')


def _beside(at: tuple[float, float]) -> str:
    """Where a label stands: right of its mark, left of it near the right edge."""
    left = at[0] > _WIDTH * 0.74
    return f'x="{at[0] + (-10 if left else 10):.1f}" y="{at[1] + 4:.1f}" text-anchor="{"end" if left else "start"}"'


def _legend() -> list[str]:
    rows = []
    for n, (role, label) in enumerate(_LEGEND):
        x = _MARGIN + n * 130
        shape = f'<circle cx="{x}" cy="18" r="6" fill="{_COLOURS[role]}"/>' if role in {"checker", "seller"} else \
            f'<rect x="{x - 6}" y="12" width="12" height="12" rx="2" fill="#fff" stroke="{_COLOURS[role]}" stroke-width="2.5"/>'
        rows.append(f'{shape}<text x="{x + 12}" y="22" fill="#222">{label}</text>')
    return rows


def _text(value: str, limit: int) -> str:
    """Text that cannot leave its element: hostile names stay words."""
    plain = "".join(c if c.isprintable() else " " for c in value)
    return html.escape(plain if len(plain) <= limit else plain[:limit - 1] + "…")
