import asyncio
import json
import re
import signal
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from aiohttp import web

from bot.cli.evals_report import WIDTH, report_lines
from bot.explain.evals.estimate import estimate_of
from bot.explain.evals.golden import GoldenCase, read_golden
from bot.explain.evals.live import MOST_SILENT, ask_all
from bot.explain.evals.records import Recorded, read_records, replays
from bot.explain.evals.run import CaseResult, Ending, run_case
from bot.explain.evals.scores import Scores
from bot.explain.model.settings import ModelSettings
from bot.explain.writing import Patience
from core.domain.errors import ExplainerUnavailable, InputInvalid
from tests.emulators.llm.behaviours import failing, good, hang
from tests.emulators.llm.server import LlmEmulator
from tests.emulators.llm.wire import MODEL, Visit
from tests.evals.standing_in import (
    BY_HAND,
    HOSTILE,
    ByTurns,
    WellRead,
    evals_run,
    policy_for,
    started,
)

CASES = read_golden()
FEW = CASES[30:33]


def settings_for(server: LlmEmulator, **changes: float) -> ModelSettings:
    """Return settings for the emulated server."""
    plain = ModelSettings(server.base_url, MODEL, seconds=25, first_seconds=25)
    return replace(plain, **changes)  # type: ignore[arg-type]


async def measured(
    server: LlmEmulator,
    cases: tuple[GoldenCase, ...] = FEW,
    results: list[CaseResult] | None = None,
    **changes: float,
) -> Scores:
    """Return the scores of a run against the emulated server; they gather in ``results``."""
    results = [] if results is None else results
    async with server:
        settings = settings_for(server, **changes)
        await ask_all(cases, settings, announce=lambda _: None, keep=results.append)
    return Scores(tuple(results))


def recorded(case: GoldenCase, *outputs: str, **fields: object) -> tuple[Recorded, ...]:
    """Return what somebody wrote for a table."""
    return tuple(
        Recorded.model_validate(
            {"case": case.name, "attempt": number, "model": "x", "prompt": "p", "output": output}
            | fields
        )
        for number, output in enumerate(outputs, start=1)
    )


async def replayed(case: GoldenCase, *outputs: str, **fields: object) -> CaseResult:
    """Return what became of recorded outputs."""
    records = recorded(case, *outputs, **fields)
    return await run_case(case, replays(records, case.name), Patience())


def lines(*texts: str) -> str:
    """Return an output with these lines."""
    return json.dumps({"lines": [{"role": "what", "text": text} for text in texts]})


async def test_the_texts_written_by_hand_hold_every_gate() -> None:
    """All 60 tables through checks and scores without a network. Source: METHODS 7.9."""
    written = read_records(BY_HAND)
    results = [await run_case(case, replays(written, case.name), Patience()) for case in CASES]
    scores = Scores(tuple(results))
    assert {f.key: f.holds for f in scores.figures() if f.holds is False} == {}
    assert scores.holds
    assert {result.ending for result in results} >= {Ending.FIRST, Ending.SECOND, Ending.TEMPLATE}
    assert {record.model for record in written} == {"written by hand"}


async def test_a_replay_through_the_command_line(tmp_path: Path) -> None:
    """The page fits 80 columns and says what model, what gates, what was refused; exit code 0."""
    ran = await evals_run("--recorded", str(BY_HAND), folder=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    head = "written by hand · narrator-en-1 · 60 tables, 2 for the template alone\n"
    assert ran.out.startswith(head)
    assert ran.out.endswith("\nEvery gate holds.\n")
    assert max(map(len, ran.out.splitlines())) <= WIDTH
    assert re.search(r"^Refused texts \(5 of \d+, all with --all\)$", ran.out, re.MULTILINE)


async def test_json_holds_every_table_and_only_restricts_them(tmp_path: Path) -> None:
    """One document, with outputs, rendered texts and gates; ``--only`` takes a part of a name."""
    ran = await evals_run("--recorded", str(BY_HAND), "--json", "--only", "pause-", folder=tmp_path)
    document = json.loads(ran.out)
    names = [result["case"] for result in document["results"]]
    assert names == [case.name for case in CASES if "pause-" in case.name]
    assert document["done"] == document["tables"] == len(names)
    assert document["figures"]["ease"]["gate"] == "55 to 80"
    assert all(result["rendered"] for result in document["results"])


async def test_without_a_model_it_says_how_to_set_one_up(tmp_path: Path) -> None:
    """Exit code 2, the section of the policy file, and nothing measured."""
    ran = await evals_run(folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "no language model is configured" in ran.err
    assert "[llm]" in ran.err
    assert "base_url" in ran.err


async def test_a_model_out_of_reach_is_named(tmp_path: Path) -> None:
    """Exit code 2 with address, reason and mend; the estimate was told before."""
    async with LlmEmulator() as server:
        policy_for(server, tmp_path)
    ran = await evals_run(folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    first, second, third, error = ran.err.splitlines()
    assert first.startswith("58 tables: at most 120 calls, ")
    assert "llm.price_in and price_out are not set" in second
    assert third == "The bot's budget of the day stays as it is."
    assert f"{MODEL} at {server.base_url} cannot be reached: no connection" in error


async def test_a_good_model_is_measured_and_recorded(tmp_path: Path) -> None:
    """Every table is asked about once; what it wrote replays to the same figures."""
    async with LlmEmulator(text=WellRead()) as server:
        policy_for(server, tmp_path, price_in="0.15", price_out="0.60")
        ran = await evals_run("--record", "out.jsonl", "--json", folder=tmp_path)
    assert ran.code == 0
    assert ran.err.count("\n") == 3
    assert "that is at most $0.0" in ran.err
    live = json.loads(ran.out)
    assert len(server.calls) == 1 + sum(len(result["tries"]) for result in live["results"])
    assert live["figures"]["first_try"]["holds"]
    assert live["figures"]["cost"]["value"] > 0
    again = await evals_run("--recorded", "out.jsonl", "--json", folder=tmp_path)
    assert json.loads(again.out)["figures"] == live["figures"]
    twice = await evals_run("--record", "out.jsonl", folder=tmp_path)
    assert twice.code == 2
    assert "out.jsonl exists already" in twice.err


async def test_a_hostile_model_leaves_everything_to_the_templates() -> None:
    """Two tries a table, nothing shown, no gate holds, and every rule is counted."""
    scores = await measured(LlmEmulator(text=HOSTILE))
    assert {result.ending for result in scores.results} == {Ending.TEMPLATE}
    assert len(scores.refused) == len(scores.tries) == 2 * len(FEW)
    assert not scores.holds
    assert dict(scores.codes())["NAMES"] == 2 * len(FEW)
    shown = {figure.key: figure.value for figure in scores.figures()}
    assert (shown["first_try"], shown["own_figures"], shown["ease"]) == (0, None, None)


async def test_a_model_that_needs_a_second_try_passes_in_the_end_only() -> None:
    """The codes alone go back, the second text is shown, and the first gate is missed."""
    server = LlmEmulator(text=ByTurns())
    scores = await measured(server)
    assert {result.ending for result in scores.results} == {Ending.SECOND}
    assert [(figure.value, figure.holds) for figure in scores.figures()][:2] == [
        (0, False),
        (1, True),
    ]
    assert not scores.holds
    assert "bitcoin will double" not in server.calls[2].user


async def test_a_model_that_falls_silent_ends_the_run_with_what_there_is() -> None:
    """Three tables in a row without an answer are enough; what came before is kept."""
    server = LlmEmulator(text=WellRead(), script=[good] * 3, behaviour=hang)
    results: list[CaseResult] = []
    with pytest.raises(ExplainerUnavailable, match="no answer about 3 tables in a row"):
        await measured(server, CASES, results, seconds=0.4)
    assert len(results) == 2 + MOST_SILENT
    assert dict(Scores(tuple(results)).failures()) == {"timeout": 2 * MOST_SILENT}


async def test_a_refused_key_ends_the_run_before_it_begins() -> None:
    """A model that is there but will not answer us is out of reach as well."""
    with pytest.raises(ExplainerUnavailable, match="the key was not accepted"):
        await measured(LlmEmulator(behaviour=failing(401)))


async def test_a_run_that_is_stopped_shows_what_it_has(tmp_path: Path) -> None:
    """Ctrl-C: the figures so far, a line that says so, no traceback, exit code 130."""
    hanging = asyncio.Event()

    async def hang_and_tell(visit: Visit) -> web.StreamResponse:
        hanging.set()
        return await hang(visit)

    async with LlmEmulator(text=WellRead(), script=[good] * 4, behaviour=hang_and_tell) as server:
        policy_for(server, tmp_path)
        process = await started(folder=tmp_path)
        await asyncio.wait_for(hanging.wait(), 90)
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
    assert process.returncode == 130
    assert "3 of 60 tables" in out.decode()
    assert err.decode().endswith("Stopped; this is what was measured so far.\n")
    assert "Traceback" not in err.decode()


async def test_what_is_wrong_with_a_shown_text_is_told() -> None:
    """A false claim and a figure of its own miss their gates, and the text is shown with them."""
    case = replace(FEW[0], forbidden=("back to normal",))
    result = await replayed(
        case, lines("It is {{stress}}.", "It was {{was}} since {{was_since}}.", "You decide.")
    )
    assert result.ending is Ending.FIRST
    assert result.false_claims == ("back to normal",)
    page = "\n".join(report_lines(Scores((result,)), tables=1, most=5))
    assert re.search(r"^false claims found +100.0 % +at most 1 % +MISS$", page, re.MULTILINE)
    assert "Shown texts that seem to say something false" in page
    assert page.endswith("Not every gate holds.")


async def test_sentences_left_out_are_shown_by_their_table() -> None:
    """What a text lost is the first thing that a writer of prompts wants to see."""
    result = await replayed(
        FEW[0],
        lines(
            "It is {{stress}}. A storm hit the coast.",
            "It was {{was}} since {{was_since}}.",
            "You decide.",
        ),
    )
    page = "\n".join(report_lines(Scores((result,)), tables=60, most=5))
    assert "31-pause-ends: A storm hit the coast." in page
    assert "1 of 60 tables" in page


async def test_a_text_that_lacks_a_fact_is_shown_with_its_name() -> None:
    """COVERAGE alone tells a writer nothing."""
    result = await replayed(CASES[10], lines("It ended: {{gate}}.", "You decide.", "You decide."))
    page = "\n".join(report_lines(Scores((result,)), tables=1, most=None))
    assert "11-inside, try 1: COVERAGE\n    (without closest, weight_usd, edge_usd)" in page
    assert "Calls that brought no text\n  an empty text" in page


async def test_what_steers_a_terminal_is_not_printed() -> None:
    """A refused text may hold anything; the page shows it in plain characters."""
    result = await replayed(FEW[0], "\x1b[31mred\x07")
    page = "\n".join(report_lines(Scores((result,)), tables=1, most=None))
    assert "\x1b" not in page
    assert "\x07" not in page


def test_the_estimate_covers_the_worst_case() -> None:
    """Two calls a table and the wake-up, priced by the settings; without prices it says so."""
    plain = ModelSettings("http://127.0.0.1:1/v1", "m")
    found = estimate_of(FEW, plain)
    assert (found.tables, found.calls, found.dollars) == (3, 10, None)
    priced = replace(plain, price_in=Decimal(1), price_out=Decimal(10))
    dollars = estimate_of(FEW, priced).dollars
    assert dollars == (found.tokens_in + 10 * found.tokens_out) / Decimal(1_000_000)
    longer = replace(plain, max_tokens=4000)
    assert estimate_of(FEW, longer).tokens_out == 2 * 3 * 4000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no answer"),
        ("nonsense\n", "line 1"),
        ('{"case":"x","attempt":3,"model":"m","prompt":"p","output":""}', "attempt"),
        (
            '{"case":"x","attempt":1,"model":"m","prompt":"p","output":"","failure":"moody"}',
            "failure is 'moody'",
        ),
        ('{"case":"x","attempt":1,"model":"m","prompt":"p","output":""}\n' * 2, "line 2"),
    ],
)
def test_a_recorded_file_that_cannot_be_used_is_named(text: str, said: str, tmp_path: Path) -> None:
    """The message holds file, line and what is wrong."""
    path = tmp_path / "r.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputInvalid) as caught:
        read_records(path)
    assert "r.jsonl" in str(caught.value)
    assert said in str(caught.value)


async def test_records_about_no_golden_table_are_refused(tmp_path: Path) -> None:
    """A table that was renamed is no perfect score."""
    record = recorded(replace(FEW[0], name="99-gone"), "{}")[0]
    (tmp_path / "r.jsonl").write_text(record.line + "\n", encoding="utf-8")
    ran = await evals_run("--recorded", "r.jsonl", folder=tmp_path)
    assert ran.code == 2
    assert "'99-gone', which is no golden table" in ran.err
