"""The colours, once: light and dark, with the care-level ramp ordered by lightness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """One theme. Brick (`alarm`) means unmet, late or over 100 % and nothing else."""

    name: str
    paper: str
    panel: str
    sub: str
    line: str
    line2: str
    ink: str
    ink2: str
    ink3: str
    accent: str
    alarm: str
    alarm_tint: str
    warn: str
    warn_tint: str
    down: str
    greedy: str
    none: str
    bound: str
    low: str
    mid: str
    over: str
    cells: tuple[str, ...]
    ramp: tuple[str, ...]
    ramp_ink: tuple[str, ...]


LIGHT = Palette(
    "light",
    paper="#FBFAF7",
    panel="#FFFFFF",
    sub="#F0EEE8",
    line="#DEDBD3",
    line2="#A8A499",
    ink="#1B2630",
    ink2="#48535D",
    ink3="#626C75",
    accent="#0F5E6B",
    alarm="#A82E22",
    alarm_tint="#F8E9E5",
    warn="#7F5000",
    warn_tint="#FAF0DA",
    down="#66711F",
    greedy="#8A6A1F",
    none="#7C868E",
    bound="#6A5D92",
    low="#8DBAD2",
    mid="#E0AC35",
    over="#A82E22",
    cells=("#F3F2F5", "#E3E0EA", "#CFCADB", "#BFB9D0", "#ADA5C2"),
    ramp=("#D5E3EA", "#AECBDA", "#82AFC7", "#5F9ABA", "#2F6C92", "#173F61"),
    ramp_ink=("#1B2630", "#1B2630", "#1B2630", "#1B2630", "#FFFFFF", "#FFFFFF"),
)
DARK = Palette(
    "dark",
    paper="#12181D",
    panel="#171F25",
    sub="#1B232A",
    line="#2C363E",
    line2="#66727B",
    ink="#E6E9EA",
    ink2="#BCC5CB",
    ink3="#94A0A8",
    accent="#7CCBD5",
    alarm="#F0897B",
    alarm_tint="#3A201D",
    warn="#E3BC5C",
    warn_tint="#352B14",
    down="#B9C46A",
    greedy="#D8B45A",
    none="#94A0A8",
    bound="#B3A7DB",
    low="#4E86A6",
    mid="#E3BC5C",
    over="#E8604F",
    cells=("#1F262D", "#2B2F3B", "#3A3B4D", "#4C4B63", "#625F7E"),
    ramp=("#24323B", "#2C4757", "#376079", "#427592", "#74A9C7", "#B5D6E8"),
    ramp_ink=("#E6E9EA", "#E6E9EA", "#FFFFFF", "#FFFFFF", "#12181D", "#12181D"),
)
READS = 4.5
"""The contrast at which text reads (WCAG AA)."""
PALETTES = {"light": LIGHT, "dark": DARK}


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast ratio of two ``#RRGGBB`` colours."""

    def luminance(colour: str) -> float:
        parts = [c / 255 for c in _channels(colour)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def blend(one: str, other: str, share: float) -> str:
    """Return the colour `share` of the way from `one` to `other`."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def fade(colour: str, opacity: float) -> str:
    """Return an ``rgba()`` text."""
    r, g, b = _channels(colour)
    return f"rgba({r},{g},{b},{opacity:g})"


def level_colours(palette: Palette, levels: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return (fill, text) of each care level, `levels` in rising order of rank.

    Six levels take the ramp as it is; fewer or more are spread over it. The text is whichever of
    ink and paper reads better on the fill.
    """
    colours: dict[str, tuple[str, str]] = {}
    last = len(palette.ramp) - 1
    for i, level in enumerate(levels):
        at = last if len(levels) == 1 else i * last / (len(levels) - 1)
        low = min(int(at), last - 1)
        fill = blend(palette.ramp[low], palette.ramp[low + 1], at - low)
        if abs(at - round(at)) < 1e-9:
            text = palette.ramp_ink[round(at)]
        else:
            inks = (palette.ink, palette.paper, "#FFFFFF")
            share, text = max((contrast(ink, fill), ink) for ink in inks)
            while share < READS:  # between the two inks: move a little away from the text
                fill = blend(
                    fill, "#FFFFFF" if contrast(text, "#000000") < READS else "#000000", 0.05
                )
                share = contrast(text, fill)
        colours[level] = (fill, text)
    return colours
