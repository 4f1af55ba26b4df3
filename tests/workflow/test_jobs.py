"""When things happen: once, in order, also after a stop and across a change of the clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.jobs import Job, Rhythm, catch_up, drive, jobs_of, next_daily, run_job, schedule
from bot.ports.messages import Digest, MessageType, NoticeCode
from bot.workflow.desk import Desk
from tests.workflow.conftest import Opener
from tests.workflow.office import MORNING, Office

BERLIN = ZoneInfo("Europe/Berlin")
BALANCED = {"BTC": "0.22727", "ETH": "3.5714", "USD": "10000"}


class Diary:
    """Writes down when which job ran, in place of the work itself."""

    def __init__(self, office: Office, rhythm: Rhythm) -> None:
        self.lines: list[tuple[str, datetime]] = []
        self._office = office
        self.jobs = tuple(self._noted(job) for job in jobs_of(office.desk, rhythm))

    def _noted(self, job: Job) -> Job:
        async def run() -> None:
            self.lines.append((job.name, self._office.clock.now()))

        return Job(job.name, job.trigger, run, is_caught_up=job.is_caught_up)

    def of(self, name: str) -> list[datetime]:
        """Return when a job ran."""
        return [at for job, at in self.lines if job == name]


async def quiet(_next_at: datetime) -> None:
    """Do nothing between two jobs."""


async def live(office: Office, diary: Diary, **span: float) -> None:
    """Let so much time pass."""
    until = office.clock.now() + timedelta(**span)
    await drive(office.desk, diary.jobs, office.clock, until=until, between=quiet)


async def test_a_day_has_one_evaluation_and_one_digest(office: Office) -> None:
    """Three days have three evaluations at 00:06 UTC and three digests at the local hour."""
    diary = Diary(office, Rhythm(intraday_minutes=60, expiry_minutes=60, zone=BERLIN))
    office.clock.step(minutes=1)
    await live(office, diary, days=3)
    assert [at.time() for at in diary.of("daily")] == [time(0, 6)] * 3
    assert [at.astimezone(BERLIN).time() for at in diary.of("digest")] == [time(8)] * 3
    assert len(diary.of("expiry")) == len(diary.of("intraday")) == 72


@pytest.mark.parametrize("hours", [24, 25, 100, 1000])
async def test_missed_runs_happen_once(office: Office, hours: int) -> None:
    """After a stop, however long, each missed daily job runs once and no more."""
    diary = Diary(office, Rhythm())
    await catch_up(office.desk, diary.jobs)
    assert len(diary.of("daily")) == 1
    assert diary.of("digest") == []
    office.clock.step(hours=hours)
    for _ in range(3):
        await catch_up(office.desk, diary.jobs)
    assert len(diary.of("daily")) == 2
    assert len(diary.of("digest")) == 1
    assert diary.of("expiry") == diary.of("intraday") == diary.of("reconcile") == []


async def test_nothing_missed_is_caught_up(office: Office) -> None:
    """A restart within the day runs nothing a second time."""
    diary = Diary(office, Rhythm())
    await catch_up(office.desk, diary.jobs)
    office.clock.step(hours=23)
    await catch_up(office.desk, diary.jobs)
    assert len(diary.of("daily")) == 1


@pytest.mark.parametrize(("name", "at"), [("daily", time(0, 6)), ("digest", time(8))])
async def test_a_restart_at_the_very_instant_doubles_nothing(
    office: Office, name: str, at: time
) -> None:
    """A bot restarted at the instant a daily job had just run does not run it again."""
    diary = Diary(office, Rhythm(expiry_minutes=60, intraday_minutes=60))
    await catch_up(office.desk, diary.jobs)
    day = (MORNING + timedelta(days=1)).date()
    due = datetime.combine(day, at, tzinfo=UTC)
    await drive(office.desk, diary.jobs, office.clock, until=due, between=quiet)
    before = diary.of(name)
    assert before[-1] == due == office.clock.now()
    await office.restart()
    again = Diary(office, Rhythm(expiry_minutes=60, intraday_minutes=60))
    await catch_up(office.desk, again.jobs)
    await live(office, again, hours=5)
    assert again.of(name) == []


async def test_a_first_start_at_the_instant_of_the_evaluation_runs_it_once(
    open_office: Opener,
) -> None:
    """A bot first started at 00:06 exactly evaluates once that day."""
    office = await open_office(at=MORNING)
    diary = Diary(office, Rhythm(expiry_minutes=60, intraday_minutes=60))
    await catch_up(office.desk, diary.jobs)
    await live(office, diary, hours=5)
    assert diary.of("daily") == [MORNING]


SUMMER, WINTER = datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 10, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize("begin", [SUMMER, WINTER], ids=["to summer time", "to winter time"])
async def test_the_digest_keeps_its_local_hour(open_office: Opener, begin: datetime) -> None:
    """Across both changes of the clocks the digest comes at eight local time, once a day."""
    office = await open_office(at=begin)
    diary = Diary(office, Rhythm(expiry_minutes=60, intraday_minutes=60, zone=BERLIN))
    await live(office, diary, days=5)
    local = [at.astimezone(BERLIN) for at in diary.of("digest")]
    assert [at.time() for at in local] == [time(8)] * 5
    assert len({at.date() for at in local}) == 5
    assert len({at.utcoffset() for at in local}) == 2
    assert [at.time() for at in diary.of("daily")] == [time(0, 6)] * 5


@pytest.mark.parametrize("begin", [SUMMER, WINTER], ids=["to summer time", "to winter time"])
async def test_a_digest_in_the_hour_that_is_missing_or_doubled(
    open_office: Opener, begin: datetime
) -> None:
    """A digest set to half past two is never sent twice a day, nor left out on other days."""
    office = await open_office(at=begin)
    rhythm = Rhythm(expiry_minutes=60, intraday_minutes=60, zone=BERLIN, digest_at=time(2, 30))
    diary = Diary(office, rhythm)
    await live(office, diary, days=5)
    days = [at.astimezone(BERLIN).date() for at in diary.of("digest")]
    assert len(days) == len(set(days))
    assert len(days) >= 4


async def test_a_weekly_digest_comes_on_sundays(office: Office) -> None:
    """A weekly digest comes once a week, on the day it was set to."""
    diary = Diary(
        office, Rhythm(expiry_minutes=60, intraday_minutes=60, digest_days="sun", zone=BERLIN)
    )
    await live(office, diary, days=15)
    assert [f"{at:%a}" for at in diary.of("digest")] == ["Sun", "Sun"]


async def test_a_failing_job_is_told_and_the_others_go_on(office: Office) -> None:
    """A job that fails is recorded and told once a day; the jobs beside it run on."""
    ran = []

    async def fail() -> None:
        raise RuntimeError("broken")

    async def work() -> None:
        ran.append(office.clock.now())

    trigger = jobs_of(office.desk, Rhythm(intraday_minutes=60))[2].trigger
    jobs = [Job("bad", trigger, fail), Job("good", trigger, work)]
    until = office.clock.now() + timedelta(hours=5)
    await drive(office.desk, jobs, office.clock, until=until, between=quiet)
    assert len(ran) == 5
    assert len(office.journal("job.failed")) == 5
    (alarm,) = office.notices(NoticeCode.INTERNAL)
    assert dict(alarm.values)["why"] == "RuntimeError: broken"
    kinds = [row.outgoing.type for row in office.letters]
    assert kinds == [MessageType.ALARM]


async def test_the_real_jobs_run_for_days(open_office: Opener) -> None:
    """With the real work in place of a diary, a quiet week leaves decisions, digests, no alarm."""
    office = await open_office(holdings=BALANCED)
    jobs = jobs_of(office.desk, Rhythm(intraday_minutes=60, expiry_minutes=60))
    until = office.clock.now() + timedelta(days=7)
    await catch_up(office.desk, jobs)
    await drive(office.desk, jobs, office.clock, until=until, between=quiet)
    assert len(office.said(Digest)) == 7
    with office.store.reading() as tx:
        assert len(tx.decisions.ids()) == 8
    assert office.journal("job.failed") == []
    assert await office.problems() == []


async def test_the_scheduler_knows_every_job(office: Office) -> None:
    """At the real pace no job runs beside itself, late runs are run, missed ones are one."""
    jobs = jobs_of(office.desk, Rhythm())
    scheduler = schedule(office.desk, jobs)
    planned = {job.id: job for job in scheduler.get_jobs()}
    assert set(planned) == {"expiry", "daily", "intraday", "reconcile", "digest"}
    for job in planned.values():
        assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)


async def test_a_run_is_remembered_when_it_failed(office: Office) -> None:
    """A failed daily run is not repeated at each restart of the same day."""
    count = 0

    async def fail() -> None:
        nonlocal count
        count += 1
        raise RuntimeError("broken")

    daily = next(job for job in jobs_of(office.desk, Rhythm()) if job.name == "daily")
    job = Job("daily", daily.trigger, fail, is_caught_up=True)
    desk: Desk = office.desk
    await run_job(desk, job, due_at=office.clock.now())
    await catch_up(desk, [job])
    assert count == 1


def test_the_next_evaluation_is_named() -> None:
    """The next daily evaluation is the coming 00:06 UTC, tomorrow's when today's is now."""
    assert next_daily(MORNING) == MORNING + timedelta(days=1)
    assert next_daily(MORNING - timedelta(seconds=1)) == MORNING
