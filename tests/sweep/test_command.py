"""``evenkeel sweep`` as a person uses it: what it prints, keeps, resumes and refuses."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pyarrow import parquet

from bot.research.sweep.parts import Parts
from bot.store.file_lock import FileLock
from tests.history.program import Ended, run
from tests.init.terminal import ROOT
from tests.sweep.plainly import WAITS_AFTER
from tests.sweep.world import GRID, POLICY, VARIANTS, bar_file, text_file

THOUSAND = """
profile = ["tight", "standard", "small", "tiny"]
"bands.delta" = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
"bands.confirm_days" = [1, 2, 3, 4, 5]
"costs.taker_fee" = [0, 0.1, 0.2, 0.3, 0.4]
"""


@pytest.fixture
def folder(tmp_path: Path, bars: Path) -> Path:
    """Return a folder with a policy, a grid of 60 policies and bars."""
    text_file(tmp_path / "policy.toml", POLICY)
    text_file(tmp_path / "grid.toml", GRID)
    (tmp_path / "bars.parquet").symlink_to(bars)
    return tmp_path


def words_for(
    folder: Path, *more: object, out: str = "out.parquet", grid: str = "grid.toml"
) -> list[str]:
    """Return a sweep of the folder as a person types it."""
    words = ["sweep", "--policy", folder / "policy.toml", "--grid", folder / grid]
    words += ["--bars", folder / "bars.parquet", "--out", folder / out, *more]
    return [str(word) for word in words]


def test_it_tells_its_plan_and_what_the_figures_are_worth(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The plan comes first; the best is never told without the worst, the trials and the sample."""
    ended = run(capsys, *words_for(folder))
    assert (ended.code, ended.err) == (0, "")
    first, *rest = ended.out.splitlines()
    assert first.startswith("60 policies, 3 coins, 181 bars from 2015-04-05 to 2015-10-02; about ")
    assert first.endswith(" MB, budget 1,000 MB; chunks of 1")
    flowing = " ".join(" ".join(rest).split())
    for told in (
        "all in sample: the same bars chose them and judge them",
        "best growth", "median growth", "worst growth",
        "least drawdown", "median drawdown", "most drawdown", "the policy file",
        "Plateau: the policy file has a growth of ",
        "There are 120 trials behind it: 60 of this sweep, and 60 from while the rules were chosen",
        "The last twelve months, 2015-10-03 to 2016-10-02, stayed sealed.",
        "Deflated Sharpe ratio of the best",
        "Every policy is a row of",
    ):  # fmt: skip
        assert told in flowing
    # Half a year is too short for yearly figures.
    assert "a year" not in flowing
    assert not list(folder.glob("*.parts"))
    assert parquet.read_metadata(folder / "out.parquet").num_rows == 60


def test_json_is_one_document(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json only the document is on standard output; a second run computes nothing."""
    one, again = (run(capsys, *words_for(folder, "--json")) for _ in range(2))
    document = json.loads(one.out)
    assert document == json.loads(again.out)
    assert "is finished already" in again.err
    assert (document["policies"], document["sample"]) == (60, "in sample")
    assert document["trials"] == {
        "before_all": 60,
        "of_this_sweep": 60,
        "with_this_sweep": 120,
        "log": str(folder / "trials.jsonl"),
    }
    assert (document["sealed"]["from"], document["sealed"]["is_open"]) == ("2015-10-03", False)
    places = {place["place"]: place for place in document["places"]}
    growths = parquet.read_table(folder / "out.parquet").column("log_points").to_pylist()
    assert places["best growth"]["figures"]["log_points"] == max(growths)
    assert places["worst growth"]["figures"]["log_points"] == min(growths)
    assert document["neighbours"]["count"] == 35
    assert 0 <= document["overfit_probability"] <= 1
    # The policy file's own settings are in the grid, and its figures those of that row.
    row = next(
        row
        for row in parquet.read_table(folder / "out.parquet").to_pylist()
        if (row["profile"], row["bands.delta"], row["bands.confirm_days"], row["costs.taker_fee"])
        == ("standard", 0.5, 2, 0.4)
    )
    assert places["the policy file"]["figures"]["log_points"] == row["log_points"]


def test_ctrl_c_keeps_what_is_computed(folder: Path) -> None:
    """Stopped by Ctrl-C, a sweep says what it keeps; the next run ends with the same bytes."""
    words = words_for(folder, "--backend", "threads")
    process = started(words, **{WAITS_AFTER: "15"})
    parts = folder / "out.parquet.parts"
    while len(list(parts.glob("*-*.parquet"))) < 15:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 130, told
    assert told.startswith("Stopped. "), told
    kept = int(told.split()[1])
    assert 0 < kept < 60
    assert f"{kept} of 60 policies are kept in {parts}; run the same command again" in told
    assert not (folder / "out.parquet").exists()
    assert not list(folder.glob("**/*.part"))
    assert ended(words).code == 0
    assert ended(words_for(folder, "--backend", "threads", out="whole.parquet")).code == 0
    assert (folder / "out.parquet").read_bytes() == (folder / "whole.parquet").read_bytes()
    assert not parts.exists()


def started(words: list[str], **env: str) -> subprocess.Popen[str]:
    """Start the program with a kernel that needs no compiler."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.sweep.plainly", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        preexec_fn=_hear_ctrl_c,  # noqa: PLW1509  # it only sets a signal
    )


def _hear_ctrl_c() -> None:
    """Do as for a person; a job in the background may have been told to ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def ended(words: list[str]) -> Ended:
    """Run the program to its end."""
    process = started(words)
    out, err = process.communicate(timeout=120)
    return Ended(process.returncode, out, err)


def test_a_thousand_stopped_half_way(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sweep of 1,000 policies that is stopped half-way and resumed gives the same file."""
    from bot.research.sweep.parts import Parts  # noqa: PLC0415  # patched below

    text_file(folder / "thousand.toml", THOUSAND)
    whole = words_for(folder, out="whole.parquet", grid="thousand.toml")
    words = words_for(folder, grid="thousand.toml")
    assert run(capsys, *whole).code == 0
    write, written = Parts.write, []

    def stopped(parts: Parts, first: int, figures: object) -> None:
        write(parts, first, figures)  # type: ignore[arg-type]
        written.append(len(figures))  # type: ignore[arg-type]
        if sum(written) >= 500:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Parts, "write", stopped)
        half = run(capsys, *words)
    assert half.code == 130
    assert "of 1,000 policies are kept" in half.err
    assert not (folder / "out.parquet").exists()
    assert run(capsys, *words).code == 0
    assert (folder / "out.parquet").read_bytes() == (folder / "whole.parquet").read_bytes()
    assert parquet.read_metadata(folder / "out.parquet").num_rows == 1000


def test_a_cluster_gives_the_same_file(
    folder: Path, capsys: pytest.CaptureFixture[str], scheduler: str
) -> None:
    """The same command on a real Dask cluster over TCP writes the same bytes."""
    assert run(capsys, *words_for(folder)).code == 0
    ended = run(
        capsys, *words_for(folder, "--backend", "dask", "--address", scheduler, out="dask.parquet")
    )
    assert (ended.code, ended.err) == (0, "")
    assert f"The work is done by the Dask cluster at {scheduler}." in ended.out
    assert (folder / "dask.parquet").read_bytes() == (folder / "out.parquet").read_bytes()


def test_other_inputs_are_refused_until_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A result of other inputs is never overwritten unless --anew says so."""
    assert run(capsys, *words_for(folder)).code == 0
    before = (folder / "out.parquet").read_bytes()
    text_file(folder / "policy.toml", POLICY.replace("60000", "70000"))
    refused = run(capsys, *words_for(folder))
    assert refused.code == 2
    assert "belongs to another sweep: the start_cash of the policy file differ" in refused.err
    assert (folder / "out.parquet").read_bytes() == before
    assert run(capsys, *words_for(folder, "--anew")).code == 0
    assert (folder / "out.parquet").read_bytes() != before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--workers", "0"], "--workers is 0; there "),
        (["--workers", "99999"], "Without the option all cores work"),
        (["--memory", "lots"], "--memory is 'lots'; an amount such as 300MB or 1GB is expected"),
        (["--memory", "20MB"], "and the budget is 20 MB; give more with --memory"),
        (["--backend", "dask"], "both --backend dask and --address"),
        (["--address", "tcp://127.0.0.1:8786"], "both --backend dask and --address"),
        (
            ["--backend", "dask", "--address", "tcp://127.0.0.1:9", "--workers", "2"],
            "take --workers away",
        ),
        (["--from", "yesterday"], "--from is 'yesterday'; a day such as"),
        (["--from", "2014-06-01"], "can begin on 2015-04-05"),
        (["--from", "2015-08-01", "--to", "2015-07-01"], "leave no day to look at"),
        (["--to", "2015-10-03"], "sealed; end at 2015-10-02, or open them with --unseal"),
        (["--from", "2016-01-01"], "days up to 2015-10-02 may be read"),
        (["--to", "2014-12-01"], "name a later day with --to, or take more history"),
        (["--to", "2013-12-01"], "holds no bar up to 2013-12-01; name a later day with --to"),
        (["--unseal", " "], "--unseal needs a reason"),
        (["--fear-greed", "none.csv"], "none.csv is not there"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else None,
)
def test_options_that_cannot_be(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    """A wrong option ends in one sentence, before anything is computed or left behind."""
    refused = run(capsys, *words_for(folder, *words))
    assert refused.code == 2
    assert told in refused.err
    assert not list(folder.glob("out.parquet*"))


@pytest.mark.parametrize("out", ["out.csv", "none/out.parquet"])
def test_results_need_a_place(folder: Path, capsys: pytest.CaptureFixture[str], out: str) -> None:
    """A file that could not be written is refused before anything is computed."""
    refused = run(capsys, *words_for(folder, out=out))
    assert refused.code == 2
    assert "name" in refused.err


@pytest.mark.parametrize("name", ["policy.toml", "bars.parquet", "./grid.toml"])
def test_an_input_is_never_written_over(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Not even --anew throws away what the sweep is made from."""
    inputs = {path: path.read_bytes() for path in folder.iterdir()}
    words = words_for(folder, "--anew", out=name)
    for given in ("policy", "grid"):
        # What a result may be called ends in .parquet; a link to an input is an input.
        (folder / f"{given}.parquet").symlink_to(folder / f"{given}.toml")
    words[words.index("--out") + 1] = str(folder / name.replace(".toml", ".parquet"))
    refused = run(capsys, *words)
    assert refused.code == 2
    assert "is an input of the sweep" in refused.err
    assert all(path.read_bytes() == text for path, text in inputs.items())


@pytest.mark.parametrize("more", [(), ("--anew",)])
def test_two_sweeps_do_not_share_a_place(
    folder: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...]
) -> None:
    """The second is refused, and takes nothing from the first; not with --anew either."""
    parts = Parts(folder / "out.parquet", ())
    parts.make()
    kept = parts.folder / "000000000-000000001.parquet"
    kept.write_bytes(b"of the first")
    lock = FileLock.take(parts.lock)
    try:
        refused = run(capsys, *words_for(folder, *more))
    finally:
        lock.release()
    assert refused.code == 2
    assert "another sweep is at work in" in refused.err
    assert kept.read_bytes() == b"of the first"


def test_bars_that_cannot_be(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Holes are told and stay; bars too few or of other coins are refused with the mend."""
    (folder / "bars.parquet").unlink()
    bar_file(folder / "bars.parquet", holes={"ETH": slice(500, 510)})
    ended = run(capsys, *words_for(folder, out="holes.parquet"))
    assert ended.code == 0
    assert "ETH lacks 10 of 181 bars; on those nothing is decided." in ended.out
    bar_file(folder / "bars.parquet", days=300)
    refused = run(capsys, *words_for(folder))
    assert (refused.code, "has 300 days of BTC; the first decision needs" in refused.err) == (
        2,
        True,
    )
    bar_file(folder / "bars.parquet")
    text_file(folder / "policy.toml", POLICY.replace("ADA", "SOL"))
    refused = run(capsys, *words_for(folder))
    assert (refused.code, "has no bars of SOL" in refused.err) == (2, True)
    text_file(folder / "policy.toml", POLICY + "\n[cold]\nBTC = 0.5\n")
    refused = run(capsys, *words_for(folder))
    assert (refused.code, "knows no cold and no excluded coins" in refused.err) == (2, True)


def test_a_late_or_delisted_coin(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A coin that is listed late moves the start; one that ends early is told as delisted."""
    (folder / "bars.parquet").unlink()
    bar_file(folder / "bars.parquet", holes={"ETH": slice(0, 500)})
    ended = run(capsys, *words_for(folder, out="late.parquet"))
    assert ended.out.startswith("60 policies, 3 coins, 140 bars from 2015-05-16 to 2015-10-02")
    bar_file(folder / "bars.parquet", holes={"ETH": slice(560, 640)})
    ended = run(capsys, *words_for(folder, out="ended.parquet"))
    assert "ETH has no bars after 2015-07-14: what is held of it then is sold at half" in ended.out


def test_a_sweep_does_not_begin_on_a_bar_that_a_coin_lacks(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Left to itself it begins a day later; a day that a person names is refused, with the mend."""
    (folder / "bars.parquet").unlink()
    bar_file(folder / "bars.parquet", holes={"ETH": slice(459, 461)})
    refused = run(capsys, *words_for(folder, "--from", "2015-04-05"))
    assert refused.code == 2
    assert "can begin on 2015-04-07" in refused.err
    ended = run(capsys, *words_for(folder))
    assert ended.code == 0, ended.err
    assert "179 bars from 2015-04-07 to 2015-10-02" in ended.out
    bar_file(folder / "bars.parquet", holes={"ETH": slice(500, 502)})
    refused = run(capsys, *words_for(folder, "--from", "2015-05-16", out="gap.parquet"))
    assert refused.code == 2
    assert "has no bar of ETH on 2015-05-16" in refused.err
    assert "begin on 2015-05-18 or later" in refused.err


def test_variants_of_targets_share_what_they_can(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Variants with other coins, watching and tilts get their own series, and all get figures."""
    text_file(folder / "grid.toml", VARIANTS)
    assert run(capsys, *words_for(folder)).code == 0
    rows = parquet.read_table(folder / "out.parquet").to_pylist()
    assert [row["targets"] for row in rows] == ["two"] * 8 + ["all"] * 8
    growth = [row["log_points"] for row in rows]
    assert len(set(growth[8:])) == 4
    alone = [row["log_points"] for row in rows if row["targets"] == "two" and row["tilt.enabled"]]
    plain = [
        row["log_points"] for row in rows if row["targets"] == "two" and not row["tilt.enabled"]
    ]
    # Without a coin beside the anchor there is nothing to tilt.
    assert alone == plain
