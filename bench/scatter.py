"""A picture of how much each method finds against how much else it shows, as SVG."""

from collections.abc import Sequence
from html import escape
from math import log10

from bench.contest import Point

WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 24, 56
COLOURS = ("#0b5394", "#6aa84f", "#b45f06", "#741b47", "#999999", "#cc0000", "#134f5c")
LEAST = 0.001  # unrelated shown: fewer are drawn here, since the axis is logarithmic
MOST = 4.0
FLOOR = 0.4  # recall at the bottom


def drawn(points: Sequence[Point], title: str) -> str:
    """The whole picture, which reads on light and on dark pages."""
    methods = list(dict.fromkeys(point.method for point in points))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' font-family="system-ui, sans-serif" font-size="12"><title>{escape(title)}</title>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    parts += [_grid_across(share / 10) for share in range(round(FLOOR * 10), 11)]
    parts += [_grid_down(value) for value in (0.001, 0.01, 0.1, 1.0)]
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    parts.append(_text(middle, HEIGHT - 12, "unrelated organizations shown, average", "middle"))
    parts.append(_text(LEFT, 14, "company among the first five", "start"))
    for place, method in enumerate(methods):
        colour = COLOURS[place % len(COLOURS)]
        for point in points:
            if point.method == method:
                parts.append(_circle(point, colour))
        y = TOP + 18 * place + 14
        parts.append(f'<circle cx="{WIDTH - RIGHT + 18}" cy="{y - 4}" r="5" fill="{colour}"/>')
        parts.append(_text(WIDTH - RIGHT + 30, y, method, "start"))
    return "\n".join([*parts, "</svg>", ""])


def _circle(point: Point, colour: str) -> str:
    radius, opacity = (7, 1) if point.chosen else (3, 0.55)
    return (
        f'<circle cx="{_across(point.unrelated):.1f}" cy="{_up(point.recall):.1f}" r="{radius}"'
        f' fill="{colour}" opacity="{opacity}"><title>{escape(point.method)}:'
        f" {point.recall:.1%}, {point.unrelated:.2f}</title></circle>"
    )


def _across(unrelated: float) -> float:
    share = log10(max(unrelated, LEAST) / LEAST) / log10(MOST / LEAST)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _up(recall: float) -> float:
    share = (max(recall, FLOOR) - FLOOR) / (1 - FLOOR)
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _grid_across(recall: float) -> str:
    y = _up(recall)
    line = f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>'
    return line + _text(LEFT - 6, y + 4, f"{recall:.0%}", "end")


def _grid_down(value: float) -> str:
    x = _across(value)
    line = f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#dddddd"/>'
    label = f"≤ {value:g}" if value == LEAST else f"{value:g}"
    return line + _text(x, HEIGHT - BOTTOM + 18, label, "middle")


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#333333">{escape(text)}</text>'
    )
