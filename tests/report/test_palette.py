"""Every text pair of the palette can be read, in both themes."""

from __future__ import annotations

import itertools

import pytest

from optimizer.report.palette import PALETTES, Palette, contrast, level_colours

TEXTS = ("ink", "ink2", "ink3", "accent", "alarm", "warn", "down", "greedy", "bound")


@pytest.fixture(params=list(PALETTES))
def palette(request: pytest.FixtureRequest) -> Palette:
    return PALETTES[request.param]


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21.0)


@pytest.mark.parametrize("text", TEXTS)
def test_text_on_paper_and_panel_reads(palette: Palette, text: str) -> None:
    colour = getattr(palette, text)
    assert contrast(colour, palette.paper) >= 4.5
    if text != "greedy":  # baselines stand on paper only
        assert contrast(colour, palette.panel) >= 4.5


@pytest.mark.parametrize(("text", "ground"), [("alarm", "alarm_tint"), ("warn", "warn_tint")])
def test_text_on_its_tint_reads(palette: Palette, text: str, ground: str) -> None:
    assert contrast(getattr(palette, text), getattr(palette, ground)) >= 4.5


@pytest.mark.parametrize("text", ["ink", "ink2"])
def test_text_on_group_rows_reads(palette: Palette, text: str) -> None:
    assert contrast(getattr(palette, text), palette.sub) >= 4.5


def test_marks_of_no_transfers_are_seen(palette: Palette) -> None:
    assert contrast(palette.none, palette.paper) >= 3.0


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7, 9])
def test_chip_text_reads_for_any_number_of_levels(palette: Palette, count: int) -> None:
    for fill, text in level_colours(palette, [f"k{i}" for i in range(count)]).values():
        assert contrast(fill, text) >= 4.5


def test_levels_are_ordered_by_lightness(palette: Palette) -> None:
    grounds = [contrast(fill, palette.paper) for fill in palette.ramp]
    assert all(a < b for a, b in itertools.pairwise(grounds))


def test_step_up_arcs_are_seen_on_every_cell(palette: Palette) -> None:
    assert min(contrast(palette.accent, cell) for cell in palette.cells) >= 3.0
