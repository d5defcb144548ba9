"""Plots as SVG, written by hand: cost against size, both on log axes."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from pathlib import Path

Points = Sequence[tuple[float, float]]
WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 80, 230, 50, 60
COLOURS = ("#0b6e99", "#c2410c", "#3f7d20", "#7c3aed", "#b91c5c", "#6b7280", "#a16207", "#0f766e")


def log_log(path: Path, title: str, across: str, up: str, lines: Mapping[str, Points]) -> None:
    """A line with its points for each name; what costs nothing cannot be shown."""
    shown = {name: [p for p in points if min(p) > 0] for name, points in lines.items()}
    x_from, x_to = _range(x for points in shown.values() for x, _y in points)
    y_from, y_to = _range(y for points in shown.values() for _x, y in points)

    def place(point: tuple[float, float]) -> tuple[float, float]:
        x = LEFT + (log10(point[0]) - x_from) / (x_to - x_from) * (WIDTH - LEFT - RIGHT)
        y = HEIGHT - BOTTOM - (log10(point[1]) - y_from) / (y_to - y_from) * (HEIGHT - TOP - BOTTOM)
        return round(x, 1), round(y, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' font-family="system-ui, sans-serif" font-size="12">',
        f'<title>{escape(title)}</title><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        _text(LEFT, 26, title, size=15),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, across, anchor="middle"),
        f'<g transform="rotate(-90 20 {HEIGHT / 2})">'
        + _text(20, HEIGHT / 2, up, anchor="middle")
        + "</g>",
    ]
    for power in range(y_from, y_to + 1):
        _x, y = place((10**x_from, 10.0**power))
        parts.append(f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 8, y + 4, f"{10.0**power:g}", anchor="end"))
    for power in range(x_from, x_to + 1):
        x, _y = place((10.0**power, 10**y_from))
        parts.append(f'<path d="M{x} {TOP}V{HEIGHT - BOTTOM}" stroke="#eee"/>')
        parts.append(_text(x, HEIGHT - BOTTOM + 18, f"{10**power:,}", anchor="middle"))
    for number, (name, points) in enumerate(shown.items()):
        colour = COLOURS[number % len(COLOURS)]
        places = [place(point) for point in points]
        line = " ".join(f"{x},{y}" for x, y in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>' for x, y in places]
        y = TOP + 10 + 20 * number
        parts.append(f'<circle cx="{WIDTH - RIGHT + 20}" cy="{y - 4}" r="4" fill="{colour}"/>')
        parts.append(_text(WIDTH - RIGHT + 30, y, name))
    path.write_text("\n".join([*parts, "</svg>\n"]))


def _range(values: Iterable[float]) -> tuple[int, int]:
    """The powers of ten around the values; one apart at least."""
    all_of_them = list(values) or [1.0]
    low, high = floor(log10(min(all_of_them))), ceil(log10(max(all_of_them)))
    return low, max(high, low + 1)


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 12) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}">{escape(words)}</text>'
