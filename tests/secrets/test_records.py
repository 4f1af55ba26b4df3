"""Errors that nobody foresaw: what is written down of them, what people read, what is printed."""

import logging
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.jobs import Job, run_job
from bot.ports.messages import MessageType, NoticeCode
from bot.settings import redaction
from bot.settings.redaction import MASK, hide, redacted
from bot.store.verify import verify_journal
from bot.workflow.desk import notify
from tests.secrets.scan import Scan
from tests.workflow.office import Office

SECRET = "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="
TOKEN = "7012345678:AAFq3-vJkxW0u2Zr9LmNpQsTeXyB_cDgHi4"
BEAT = "https://watchdog.example/ping/0b6f3c1e-5a7d-4a86-9a53-3e9f7c1d2b44"
SECRETS = {"the secret": SECRET, "the token": TOKEN, "the heartbeat": BEAT}
SAID = f"POST https://api.telegram.org/bot{TOKEN}/getMe with {SECRET!r} and {BEAT}"


@pytest.fixture
def scan(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scan]:
    """Hide the secrets for one test, and say how to look for them."""
    monkeypatch.setattr(redaction, "_forms", [])
    factory = logging.getLogRecordFactory()
    for secret in SECRETS.values():
        hide(secret)
    yield Scan(SECRETS)
    logging.setLogRecordFactory(factory)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Open a bot."""
    office = await Office.open(tmp_path)
    yield office
    office.close()


async def test_a_job_that_fails_with_a_secret_tells_of_the_failure_only(
    office: Office, scan: Scan, caplog: pytest.LogCaptureFixture
) -> None:
    """Log, journal, message and every byte on disk are free of what stood in the error."""
    caplog.set_level(logging.DEBUG)

    async def fail() -> None:
        raise RuntimeError(SAID)

    await run_job(office.desk, Job("daily", None, fail), due_at=office.clock.now())
    (notice,) = office.notices(NoticeCode.INTERNAL)
    (entry,) = office.journal("job.failed")
    assert MASK in dict(notice.values)["why"]
    assert MASK in entry.payload
    assert MASK in caplog.text
    assert scan.leaks("the log", caplog.text + str([vars(row) for row in caplog.records])) == []
    assert scan.leaks_below(office.folder) == []
    assert verify_journal(office.store).ok


async def test_nothing_that_is_stored_holds_a_secret(office: Office, scan: Scan) -> None:
    """Notes, facts, notices and reasons are masked at the last moment, whoever wrote them."""
    await office.check()
    pid, now = office.proposal().proposal_id, office.clock.now()
    with office.store.transaction() as tx:
        tx.proposals.note(pid, SAID, at=now, actor="owner")
        tx.memory.put("x", SAID)
        tx.journal.append("x.y", "engine", {"why": SAID, "deep": [{"er": SAID}]}, at=now)
        values = {"job": "x", "why": SAID}
        notify(tx, office.desk, NoticeCode.INTERNAL, key="k", kind=MessageType.ALARM, **values)
        waiting = tx.outbox.next("chat")
        assert waiting is not None
        tx.outbox.fail(waiting.outbox_id, SAID, at=now)
    assert scan.leaks_below(office.folder) == []
    assert verify_journal(office.store).ok


def test_every_way_to_log_is_masked(scan: Scan, caplog: pytest.LogCaptureFixture) -> None:
    """Arguments, traces, stacks, and lines whose arguments do not fit are masked alike."""
    caplog.set_level(logging.DEBUG)
    log = logging.getLogger("evenkeel.test")
    log.warning("%s", SAID, stack_info=True)
    log.warning("%(what)s", {"what": SAID})
    log.warning(SAID.replace("%", ""))
    error = KeyError(SAID)
    error.__cause__ = ValueError(SAID)
    log.error("it failed", exc_info=error)
    assert MASK in caplog.text
    assert scan.leaks("the log", caplog.text + str([vars(row) for row in caplog.records])) == []


def test_a_line_that_cannot_be_finished_is_masked_as_well(scan: Scan) -> None:
    """Logging prints such a line's arguments with its complaint, so they are masked before."""
    make = logging.getLogRecordFactory()
    record = make("x", logging.WARNING, "f", 1, "%d %d", (SAID,), None)
    assert scan.leaks("the record", str(vars(record))) == []
    with pytest.raises((TypeError, ValueError)):
        record.getMessage()


@pytest.mark.parametrize(
    "secret", [SECRET, TOKEN, BEAT, "line one of it\nline two of it", 'a"quote\\d & <secret>']
)
def test_every_form_of_a_secret_is_masked(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    """What a library does to a text on its way does not bring a secret past the mask."""
    monkeypatch.setattr(redaction, "_forms", ["made up, so that nothing is installed"])
    hide(secret)
    for part in redaction._parts_of(secret):  # noqa: SLF001  # the forms are the promise
        for form in redaction._ways_to_write(part):  # noqa: SLF001  # the forms are the promise
            if len(form) >= redaction.SHORTEST:
                assert form not in redacted(f"<<{form}>>"), form


def test_ordinary_text_is_left_alone(scan: Scan) -> None:
    """A short secret hides no ordinary words, and what is no secret stays readable."""
    hide("daily")
    text = "the daily evaluation of 7012345678 with BTC at 60,000"
    assert redacted(text) == text
    assert scan.leaks("it", text) == []


PROGRAM = """
import asyncio, sys, threading
from bot.settings.redaction import guard_tracebacks, hide
guard_tracebacks()
hide({secret!r})
def fail():
    raise RuntimeError({said!r})
if sys.argv[1] == "thread":
    thread = threading.Thread(target=fail); thread.start(); thread.join()
elif sys.argv[1] == "task":
    async def main():
        task = asyncio.get_running_loop().create_task(asyncio.to_thread(fail))
        await asyncio.wait([task])
        del task
    asyncio.run(main(), debug=True)
elif sys.argv[1] == "collected":
    class Thing:
        def __del__(self):
            fail()
    Thing()
else:
    fail()
"""


@pytest.mark.parametrize("way", ["plainly", "thread", "task", "collected"])
def test_an_error_that_ends_the_program_is_printed_without_secrets(way: str) -> None:
    """The traceback stays useful and holds no secret, wherever the error comes up."""
    program = PROGRAM.format(secret=SECRET, said=f"could not sign with {SECRET}")
    ran = subprocess.run(
        [sys.executable, "-c", program, way], capture_output=True, text=True, check=False
    )
    assert f"RuntimeError: could not sign with {MASK}" in ran.stderr
    assert Scan({"the secret": SECRET}).leaks("what it printed", ran.stdout + ran.stderr) == []
