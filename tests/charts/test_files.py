"""The files: the same for the same picture, small, within Telegram's limits, without a date."""

import gc
import os
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from bot.charts.draw import draw, draw_svg
from bot.charts.drawing.palette import PALETTES
from bot.charts.look import Theme
from bot.ports.pictures import (
    Allocation,
    AllocationRow,
    BookValues,
    DayLine,
    DriftHistory,
    Picture,
)
from tests.charts.samples import ASSETS, days_of, pictures, report_pictures

SAMPLES = {**pictures(), **report_pictures()}
MOST_BYTES = 300_000
PNG_START = b"\x89PNG\r\n\x1a\n"
THREE_YEARS = 1096


def _size(png: bytes) -> tuple[int, int]:
    assert png.startswith(PNG_START)
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def _noise() -> dict[str, Picture]:
    """Return the pictures that compress worst: three years of noise in twelve lines."""
    chance = np.random.default_rng(5)
    lines = tuple(
        DayLine(asset, tuple(float(v) for v in chance.normal(0, 1.5, THREE_YEARS)))
        for asset in ASSETS
    )
    days = days_of(THREE_YEARS)
    return {
        "drift of five": DriftHistory(days, lines[:5]),
        "drift of twelve": DriftHistory(days, lines),
        "books": BookValues(days, lines),
    }


NOISE = _noise()


@pytest.mark.parametrize("name", SAMPLES)
def test_telegram_takes_every_picture(name: str) -> None:
    """Width and height together stay within 10,000 pixels, and neither is 20 times the other."""
    png = draw(SAMPLES[name])
    width, height = _size(png)
    assert width == 1080
    assert width + height <= 10_000
    assert max(width, height) <= 20 * min(width, height)
    assert len(png) < MOST_BYTES


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("name", NOISE)
def test_the_busiest_picture_stays_small(name: str, theme: Theme) -> None:
    """Three years of noise in many lines take less than 300 kB."""
    assert len(draw(NOISE[name], theme=theme)) < MOST_BYTES


@pytest.mark.parametrize("name", ["allocation", "drift", "books", "market", "plateau", "yearly"])
def test_equal_pictures_are_equal_bytes(name: str) -> None:
    """A picture drawn twice is the same file, as PNG and as SVG."""
    picture = SAMPLES[name]
    assert draw(picture) == draw(picture)
    assert draw_svg(picture) == draw_svg(picture)


@pytest.mark.parametrize("theme", Theme)
def test_the_colours_arrive(theme: Theme) -> None:
    """A small file keeps the ground exactly, and every book's colour to the eye."""
    palette = PALETTES[theme]
    with Image.open(BytesIO(draw(SAMPLES["books"], theme=theme))) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int).reshape(-1, 3)
    apart = {colour: _nearest(pixels, colour) for colour in (palette.ground, *palette.series[:4])}
    assert apart[palette.ground] == 0
    assert max(apart.values()) <= 16


def _nearest(pixels: NDArray[np.int_], colour: str) -> int:
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return int(np.abs(pixels - wanted).max(axis=1).min())


def test_the_themes_differ() -> None:
    """Light and dark are two pictures."""
    picture = SAMPLES["books"]
    assert draw(picture, theme=Theme.LIGHT) != draw(picture, theme=Theme.DARK)


def test_no_setting_of_the_machine_changes_a_picture(tmp_path: Path) -> None:
    """Another hash seed, a matplotlibrc and another time zone leave every byte as it was."""
    settings = tmp_path / "matplotlibrc"
    settings.write_text("lines.scale_dashes: False\ntext.hinting: none\npatch.antialiased: False\n")
    program = (
        "import hashlib\n"
        "from bot.charts.draw import draw, draw_svg\n"
        "from tests.charts.samples import pictures\n"
        "picture = pictures()['books']\n"
        "print(hashlib.sha256(draw(picture) + draw_svg(picture).encode()).hexdigest())"
    )
    found = set()
    for changes in (
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "2", "MATPLOTLIBRC": str(settings), "TZ": "Asia/Tokyo"},
    ):
        done = subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, **changes},
        )
        found.add(done.stdout)
    assert len(found) == 1


def test_threads_draw_what_one_alone_would_draw() -> None:
    """Pictures asked for at the same time come out as if asked for one by one."""
    asked = [(SAMPLES[name], theme) for name in ("books", "market", "plateau") for theme in Theme]
    alone = [draw(picture, theme=theme) for picture, theme in asked]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda pair: draw(pair[0], theme=pair[1]), asked))
    assert together == alone


@pytest.mark.parametrize("name", SAMPLES)
def test_an_svg_stands_alone(name: str) -> None:
    """It is well-formed, has its letters as shapes, and names no date, program or outside file."""
    text = draw_svg(SAMPLES[name])
    root = ET.fromstring(text)  # noqa: S314 - our own document
    assert root.attrib["viewBox"].startswith("0 0 1080 ")
    assert "<text" not in text
    assert "dc:date" not in text
    assert "atplotlib" not in text
    links = {value for part in root.iter() for key, value in part.attrib.items() if "href" in key}
    assert all(link.startswith("#") for link in links)


def test_ids_of_two_svgs_on_one_page_do_not_clash() -> None:
    """Two different pictures share no id, and every reference finds its id."""
    one, two = (_ids(draw_svg(SAMPLES[name])) for name in ("market", "yearly"))
    assert one
    assert two
    assert one & two == set()


def _ids(text: str) -> set[str]:
    root = ET.fromstring(text)  # noqa: S314 - our own document
    ids = {part.attrib["id"] for part in root.iter() if "id" in part.attrib}
    assert {*re.findall(r"url\(#([^)]+)\)", text), *re.findall(r'href="#([^"]+)"', text)} <= ids
    return ids


def test_an_svg_of_hostile_names_is_well_formed() -> None:
    """Names with the signs of markup and of comments do no harm."""
    hostile = '--> <b id="x">&amp; -- ]]> url(#x)'
    text = draw_svg(Allocation((AllocationRow(hostile, 0.5, 0.5, 0.4, 0.6),)))
    assert _ids(text)


def test_nothing_stays_in_memory() -> None:
    """After drawing, no figure is left behind."""
    draw(SAMPLES["books"])
    draw_svg(SAMPLES["market"])
    gc.collect()
    assert [found for found in gc.get_objects() if isinstance(found, Figure)] == []
