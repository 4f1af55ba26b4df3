"""The finished report and the JSON beside it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.charts.drawing.palette import PALETTES
from bot.charts.look import Theme
from bot.charts.reports import Intervals
from bot.research.study.claims import Claim, Evidence
from bot.research.study.findings import Effect
from bot.research.study.language import report_problems
from bot.research.study.living import TABLE, Name
from bot.research.study.page import PortfolioView
from bot.research.study.pictures import claim_figures
from bot.research.study.preparing import check_place
from bot.research.study.resampling import Bounds
from bot.research.trials import read_trials
from bot.research.windows import SEEN_TO, Window, day_of
from core.domain.errors import InputInvalid
from core.simulation.statistics import Placebo
from tests.study.conftest import Made, ask, make

BOTH = ("quarter", "later")


@pytest.fixture(params=BOTH)
def made(request: pytest.FixtureRequest) -> Made:
    """Each of the two studies in turn."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Made)
    return found


def document(made: Made) -> dict[str, Any]:
    """Return the JSON beside a report."""
    found: dict[str, Any] = json.loads(made.out.with_suffix(".json").read_text(encoding="utf-8"))
    return found


def visible(html: str) -> str:
    """Return what a reader reads."""
    bare = re.sub(r"<style.*?</style>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).split())


def objects(tree: object) -> Iterator[dict[str, Any]]:
    """Yield every object of a document, the outermost first."""
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from objects(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from objects(value)


def test_a_report_keeps_the_language_of_reports(made: Made) -> None:
    """Every cell and picture says its sample, no short window speaks of years, nothing is hype."""
    assert report_problems(made.html) == ()


def test_a_report_stands_alone(made: Made) -> None:
    """Nothing is loaded from anywhere: no script, no font, no address but of pictures inside."""
    html = made.html
    assert "<script" not in html
    assert "@import" not in html
    assert "url(" not in html
    addresses = re.findall(r'(?:src|srcset|href)="([^"]{0,24})', html)
    assert len(addresses) > 30
    assert all(one.startswith(("data:image/png;base64,", "#")) for one in addresses)


def test_a_report_has_a_light_and_a_dark_form(made: Made) -> None:
    """Each picture has both, and they differ."""
    pairs = re.findall(
        r'<img class="on-light" src="([^"]+)"[^>]*><img class="on-dark" src="([^"]+)"',
        made.html,
    )
    assert len(pairs) >= 15
    assert all(light != dark for light, dark in pairs)
    # Each lies in the page once, so that it is no larger than it must be.
    assert made.html.count("data:image/png") == 2 * len(pairs)
    assert "prefers-color-scheme: dark" in made.html.partition("</style>")[0]


def test_the_page_has_the_ground_and_the_ink_of_its_pictures(quarter: Made) -> None:
    """One table of colours serves both, so that a picture has no edge."""
    style = quarter.html.partition("</style>")[0]
    for theme in Theme:
        palette = PALETTES[theme]
        assert f"--ground: {palette.ground}; --ink: {palette.ink};" in style


def test_the_same_seed_gives_the_same_bytes(
    quarter: Made, quarter_folder: Path, tmp_path: Path
) -> None:
    """B5: neither file has a time of its own, or depends on who did the work; no trial is added."""
    out = tmp_path / "again.html"
    again = make(ask(quarter_folder, out, trials=quarter.asked.trials), out, workers=2)
    assert again.out.read_bytes() == quarter.out.read_bytes()
    beside = again.out.with_suffix(".json").read_bytes()
    assert beside == quarter.out.with_suffix(".json").read_bytes()


def test_the_sealed_months_are_not_read(quarter: Made) -> None:
    """Without a reason no run has a day of the last twelve months."""
    seal = quarter.study.provenance.seal
    assert seal.last - seal.first == timedelta(days=365)
    for venue in quarter.study.history.venues:
        assert venue.table.ends_at.date() == seal.first
    for one in quarter.study.portfolios:
        for run in one.runs.by_name.values():
            assert day_of(int(run.starts[-1])) < seal.first
    assert "are sealed and were not read" in visible(quarter.html)


def test_an_opening_is_logged_and_told(later: Made) -> None:
    """The reason stands in the log and in the report."""
    (opening,) = read_trials(later.asked.trials).openings
    assert (opening.version, opening.reason) == ("1.2.3", "a test of both samples")
    text = visible(later.html)
    assert "were opened for this study: “a test of both samples”" in text
    assert "This release has opened sealed months 1 time" in text


def test_every_setting_is_counted(made: Made) -> None:
    """The trials of the report are sixty and all that the log holds."""
    logged = read_trials(made.asked.trials)
    assert made.study.provenance.trials == logged.trials
    # Runs on decide(), 35 cells, the article's own rule, and four simple ones.
    assert len(logged.settings) >= 4 + 35 + 1 + 4
    assert document(made)["provenance"]["trials"]["with_this_study"] == logged.trials
    assert f"after {logged.trials} trials" in visible(made.html)


def test_every_figure_held_against_a_claim_is_drawn(made: Made) -> None:
    """Each stands in a picture of its own sample and unit: none is left out in silence."""
    for claim in made.study.claims:
        shown = rows_of(claim)
        for row in claim.evidence:
            assert (str(row.sample), row.unit, round(row.bounds.value, 6)) in shown
        assert len(shown) >= len(claim.evidence)
    both = {figure.window.sample for claim in made.study.claims for figure in claim_figures(claim)}
    assert len(both) == len({part.window.sample for part in made.study.portfolios[0].measured})


def test_sums_and_yearly_figures_share_no_picture() -> None:
    """A portfolio of a short window is drawn apart, in its own unit, beside the longer ones."""
    long, short = Window(date(2018, 1, 1), date(2023, 1, 1)), Window(date(2022, 1, 1), SEEN_TO)
    rows = [
        Evidence(name, window, "growth", Bounds(value, value - 1.0, value + 1.0), unit, None)
        for name, window, value, unit in (
            ("A: one", long, 1.0, "log points a year"),
            ("F: other", short, 2.0, "log points in all"),
            ("B: third", long, 3.0, "log points a year"),
        )
    ]
    beside = replace(rows[1], bounds=Bounds(4.0, 3.0, 5.0))
    claim = Claim("key", "Title", "says", "measured", tuple(rows), (beside,))
    assert rows_of(claim) == [
        ("in sample", "log points a year", 1.0),
        ("in sample", "log points a year", 3.0),
        ("in sample", "log points in all", 2.0),
        ("in sample", "log points in all", 4.0),
    ]


def rows_of(claim: Claim) -> list[tuple[str, str, float]]:
    """Return sample, unit and figure of every row that is drawn of a claim."""
    found = []
    for figure in claim_figures(claim):
        assert isinstance(figure.value, Intervals)
        sample, _, unit = figure.value.note.partition("; ")
        scale = 1.0 if unit == "share" else 100.0
        found += [
            (sample, unit, round((row.effect or 0.0) * scale, 6)) for row in figure.value.rows
        ]
    return found


def test_days_that_were_not_seen_have_tables_of_their_own(later: Made) -> None:
    """A window on both sides of the last seen day is told in two parts, neither mixed."""
    (one,) = document(later)["portfolios"]
    samples = [(part["sample"], part["window"]) for part in one["samples"]]
    assert [sample for sample, _ in samples] == ["in sample", "out of sample"]
    assert samples[0][1]["last"] == SEEN_TO.isoformat()
    assert date.fromisoformat(samples[1][1]["first"]) == SEEN_TO + timedelta(days=1)
    html = later.html
    assert "Every policy, in sample" in html
    assert "Every policy, out of sample" in html
    assert html.count('class="on-light" src="data:') > visible(html).count("out of sample") // 10


def test_every_policy_stands_in_the_table(made: Made) -> None:
    """All eight are measured over the same days, with every figure of METHODS 6.4."""
    for one in document(made)["portfolios"]:
        for part in one["samples"]:
            metrics = part["metrics"]
            assert {str(name) for name in TABLE} <= set(metrics)
            assert len({metrics[name]["days"] for name in TABLE}) == 1
            against = {row["name"] for row in part["to_fixed_bands"]}
            assert against == {str(name) for name in TABLE if name is not Name.FIXED}
            for row in part["to_fixed_bands"]:
                assert row["low"] <= row["value"] <= row["high"]


def test_a_short_window_has_no_yearly_figure(made: Made) -> None:
    """Of less than three years, nothing a year stands in the JSON or in a claim."""
    for found in objects(document(made)["portfolios"]):
        for name, value in found.items():
            if name.endswith("_a_year") or name in ("growth", "log_growth", "sharpe", "sortino"):
                assert value is None or "probability" in found, (name, value)
    for row in objects(document(made)["claims"]):
        assert "a year" not in row.get("unit", "")


def test_every_result_of_the_json_says_its_sample(made: Made) -> None:
    """Whatever has a window has the sample of its days beside it."""
    found = document(made)
    results = [
        *(part for one in found["portfolios"] for part in one["samples"]),
        *(row for one in found["portfolios"] for row in one["placebos"]),
        *(one["plateau"] for one in found["portfolios"]),
        *(row for one in found["claims"] for row in (*one["evidence"], *one["beside"])),
        *(row for one in found["claims"] for row in one["facts"]),
    ]
    assert len(results) >= 20
    assert {row["sample"] for row in results} <= {"in sample", "out of sample"}
    for row in results:
        if "window" in row:
            assert row["window"]["sample"] == row["sample"]


def test_the_claims_have_numbers_intervals_and_verdicts(quarter: Made) -> None:
    """Each claim that the data bear on has a figure in its interval and a verdict of the rule."""
    claims = {one["key"]: one for one in document(quarter)["claims"]}
    assert list(claims) == [
        "threshold", "trends", "drawdown", "q4-2022", "fear", "small", "taxes",
    ]  # fmt: skip
    for key in ("threshold", "trends", "drawdown", "q4-2022", "taxes"):
        assert claims[key]["evidence"], key
        assert claims[key]["verdict"] != "no data"
    assert claims["small"]["verdict"] == "no data"
    for one in claims.values():
        for row in one["evidence"]:
            assert row["low"] <= row["value"] <= row["high"]
            assert row["verdict"] is not None
    facts = {row["what"] for row in claims["q4-2022"]["facts"]}
    assert "days on which full was paused" in facts


def test_a_small_portfolio_bears_on_the_claim_about_small_ones(later: Made) -> None:
    """Below 10,000 every band profile is tried; a quarter that is not in the data has no say."""
    claims = {one["key"]: one for one in document(later)["claims"]}
    assert len(claims["small"]["evidence"]) == 8
    assert claims["q4-2022"]["verdict"] == "no data"


def test_kernel_and_deciding_function_agree(made: Made) -> None:
    """Placebos and plateaus stand on a kernel that values the full policy alike."""
    for one in made.study.portfolios:
        assert one.kernel_gap < 1e-6


def test_the_default_is_on_the_plateau_and_the_grid_is_judged(made: Made) -> None:
    """Thirty-five settings are shown, so overfitting is measured; the default is one of them."""
    for one in made.study.portfolios:
        hill = one.plateau
        assert (len(hill.cells), len(hill.cells[0]), hill.overfit.settings) == (7, 5, 35)
        row, column = hill.default
        assert hill.cells[row][column].gap == (0.0, 0.0)
        full = one.runs.by_name[Name.FULL]
        own = float(full.log_returns.sum()) * 100.0
        assert hill.cells[row][column].log_points == pytest.approx(own, abs=1e-4)
        assert 3 <= len(hill.neighbours) <= 8


def test_a_place_where_no_report_can_be_is_refused(tmp_path: Path) -> None:
    """A wrong ending, a folder, or a missing one is told before anything is computed."""
    (tmp_path / "folder.html").mkdir()
    for name in ("study.pdf", "nowhere/study.html", "folder.html"):
        with pytest.raises(InputInvalid, match="--out is"):
            check_place(tmp_path / name)
    assert check_place(tmp_path / "study.html") == tmp_path / "study.json"


@pytest.mark.parametrize(("observed", "may"), [(9.0, True), (0.0, False), (-9.0, False)])
def test_labels_that_do_worse_than_chance_claim_nothing(observed: float, *, may: bool) -> None:
    """A gain is claimed only where the labels stand above their placebos, not below them."""
    gain = Effect("full", "fixed bands", 3.0, 1.0, 5.0, "log points a year")
    sample = SimpleNamespace(to_fixed=gain, sharpe=SimpleNamespace(may_be_claimed=True))
    found = SimpleNamespace(result=Placebo(observed, 0.5, (-5.0, 5.0), 200))
    one = SimpleNamespace(placebos=(found,), plateau=SimpleNamespace(is_flat=True))
    view = PortfolioView(one, (sample,), {})  # type: ignore[arg-type]  # what it asks of them
    assert view.may_claim is may
