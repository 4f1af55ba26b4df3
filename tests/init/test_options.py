"""``evenkeel init`` where nobody sits: every answer is an option, and what is missing is named."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.app.init_outside import telegram_name
from bot.cli.init import SECRET_FLAGS
from bot.cli.main import app
from bot.settings import load_settings
from core.domain.errors import InputInvalid
from tests.emulators.telegram import TelegramEmulator

TOKEN = "123456789:AAF-a_token_of_nobody_in_particular"
KEY, SECRET = "PublicKeyOfTheAccount", "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"
NEEDED = ("--venue", "kraken", "--targets", "BTC 60 ETH 40")
RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no secret of this machine in the environment."""
    for name in SECRET_FLAGS:
        monkeypatch.delenv(name, raising=False)


def init(folder: Path, *options: str, pipe: str = "") -> Result:
    """Run the command without a terminal and without a network."""
    words = ("init", "--offline", "--dir", str(folder), *options)
    return RUNNER.invoke(app, words, input=pipe)


def refused(folder: Path, *options: str, pipe: str = "") -> str:
    """Run it where it must refuse; return the one reason, after seeing that nothing was written."""
    result = init(folder, *options, pipe=pipe)
    assert isinstance(result.exception, InputInvalid), result.output
    assert not {"evenkeel.toml", ".env"} & {path.name for path in folder.iterdir()}
    assert len(result.exception.problems) == 1
    return str(result.exception)


def private(path: Path, text: str) -> str:
    """Write a file that only its owner may read; return its path."""
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return str(path)


@pytest.mark.parametrize("missing", ["--venue", "--targets"])
def test_what_is_needed_is_named(tmp_path: Path, missing: str) -> None:
    """Without a terminal a missing answer is one error that names its option."""
    given = dict(zip(NEEDED[::2], NEEDED[1::2], strict=True))
    del given[missing]
    reason = refused(tmp_path, *(word for pair in given.items() for word in pair))
    assert reason.startswith(f"{missing} is missing, and there is no terminal to ask at")


def test_two_options_are_enough(tmp_path: Path) -> None:
    """Everything else has a default, and the rest of the dialogue is not shown."""
    result = init(tmp_path, *NEEDED)
    assert result.exit_code == 0, result.output
    assert "What shall you hold" not in result.output
    settings = load_settings(tmp_path / "evenkeel.toml", data_dir=tmp_path, environment={})
    assert (settings.file.mode, settings.file.quote) == ("paper", "USD")
    assert settings.telegram_token is None


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--venue", "mtgox"),
        ("--mode", "yolo"),
        ("--quote", "US Dollar"),
        ("--targets", "BTC 101"),
        ("--profile", "wild"),
        ("--reserve", "-1"),
        ("--trading-capital", "0"),
        ("--approvers", "@ann"),
        ("--timezone", "Atlantis"),
        ("--digest-at", "25:00"),
        ("--telegram-url", "ftp://example.org"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, option: str, value: str) -> None:
    """A wrong answer is one error that names its option and the value."""
    reason = refused(tmp_path, *NEEDED, option, value)
    assert reason.startswith(f"{option}: ")


def test_every_question_has_an_option(tmp_path: Path) -> None:
    """All that can be asked for can be given, secrets from files."""
    token, key = private(tmp_path / "t", TOKEN + "\n"), private(tmp_path / "k", KEY)
    result = init(
        tmp_path,
        *("--venue", "kraken", "--mode", "live", "--quote", "EUR", "--targets", "BTC 90 EUR 10"),
        *("--profile", "tiny", "--reserve", "10.5", "--trading-capital", "900"),
        *("--approvers", "11 22", "--timezone", "Asia/Tokyo", "--digest-at", "21:15"),
        *("--telegram-token-file", token, "--exchange-key-file", key),
        *("--exchange-secret-file", private(tmp_path / "s", SECRET)),
        *("--telegram-url", "http://127.0.0.1:1/bot"),
    )
    assert result.exit_code == 0, result.exception
    settings = load_settings(tmp_path / "evenkeel.toml", data_dir=tmp_path, environment={})
    file, messages = settings.file, settings.file.messages
    assert (file.mode, file.quote, file.profile) == ("live", "EUR", "tiny")
    assert (str(file.reserve), str(file.trading_capital)) == ("10.5", "900")
    assert (file.approvers, messages.timezone) == ((11, 22), "Asia/Tokyo")
    assert (messages.digest_at.hour, messages.digest_at.minute) == (21, 15)
    assert file.telegram.base_url == "http://127.0.0.1:1/bot"
    assert settings.trading_key is not None
    assert settings.trading_key.public.get_secret_value() == KEY
    assert not any(secret in result.output for secret in (TOKEN, KEY, SECRET))


def test_a_key_is_needed_where_the_account_is(tmp_path: Path) -> None:
    """Watching needs a key, live trading somebody who approves as well; each is named."""
    watch = refused(tmp_path, *NEEDED, "--mode", "watch")
    assert watch.startswith("--exchange-key-file is missing")
    live = refused(tmp_path, *NEEDED, "--mode", "live")
    assert live.startswith("--approvers: live trading needs somebody who approves")


def test_secrets_through_a_pipe(tmp_path: Path) -> None:
    """Secrets can come from another program, and never stand on the command line."""
    pipe = f"# from the vault\nEVENKEEL_EXCHANGE_KEY={KEY}\nEVENKEEL_EXCHANGE_SECRET={SECRET}\n"
    result = init(tmp_path, *NEEDED, "--mode", "watch", "--secret-from-stdin", pipe=pipe)
    assert result.exit_code == 0, result.exception
    settings = load_settings(tmp_path / "evenkeel.toml", data_dir=tmp_path, environment={})
    assert settings.trading_key is not None
    assert settings.trading_key.secret.get_secret_value() == SECRET


@pytest.mark.parametrize("line", [TOKEN, f"TOKEN={TOKEN}", "EVENKEEL_TELEGRAM_TOKEN="])
def test_a_pipe_that_cannot_be_read(tmp_path: Path, line: str) -> None:
    """What is not NAME=value is refused, and not repeated: it may be a secret."""
    reason = refused(tmp_path, *NEEDED, "--secret-from-stdin", pipe=line + "\n")
    assert "a line is not NAME=value" in reason
    assert TOKEN not in reason


def test_secrets_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret in the environment is an answer; it goes into the file of secrets."""
    monkeypatch.setenv("EVENKEEL_TELEGRAM_TOKEN", TOKEN)
    assert init(tmp_path, *NEEDED).exit_code == 0
    assert f"EVENKEEL_TELEGRAM_TOKEN={TOKEN}\n" in (tmp_path / ".env").read_text(encoding="utf-8")


def test_a_secret_that_others_may_read(tmp_path: Path) -> None:
    """A file of a secret with other rights than its owner's is refused, with the mend."""
    (tmp_path / "t").write_text(TOKEN, encoding="utf-8")
    (tmp_path / "t").chmod(0o644)
    reason = refused(tmp_path, *NEEDED, "--telegram-token-file", str(tmp_path / "t"))
    assert "chmod 600" in reason
    empty = private(tmp_path / "empty", "\n")
    assert "is empty" in refused(tmp_path, *NEEDED, "--telegram-token-file", empty)


def test_no_secret_has_an_option_of_its_own() -> None:
    """What ``ps`` shows to everybody holds no secret: options name files only."""
    text = RUNNER.invoke(app, ["init", "--help"], env={"COLUMNS": "200"}).output
    for name in ("--telegram-token", "--exchange-key", "--exchange-secret"):
        assert f"{name}-file" in text
        assert f"{name} " not in text


def test_files_that_are_there_need_a_word(tmp_path: Path) -> None:
    """Nothing is overwritten without --force, which keeps what was there and its secrets."""
    pipe = f"EVENKEEL_TELEGRAM_TOKEN={TOKEN}\n"
    assert init(tmp_path, *NEEDED, "--secret-from-stdin", pipe=pipe).exit_code == 0
    before = (tmp_path / "evenkeel.toml").read_bytes()
    result = init(tmp_path, "--venue", "simulated", "--targets", "BTC 50 USD 50")
    assert isinstance(result.exception, InputInvalid)
    assert "evenkeel.toml and .env are in" in str(result.exception)
    assert "--force" in str(result.exception)
    assert (tmp_path / "evenkeel.toml").read_bytes() == before
    result = init(tmp_path, "--venue", "simulated", "--targets", "BTC 50 USD 50", "--force")
    assert result.exit_code == 0, result.exception
    assert (tmp_path / "evenkeel.toml.bak").read_bytes() == before
    assert f"EVENKEEL_TELEGRAM_TOKEN={TOKEN}\n" in (tmp_path / ".env").read_text(encoding="utf-8")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """A missing folder is named with its option."""
    result = init(tmp_path / "gone", *NEEDED)
    assert "--dir: " in str(result.exception)
    assert not os.path.lexists(tmp_path / "gone")


async def test_whose_token_it_is() -> None:
    """Telegram is asked: a name, a refusal that keeps the token secret, or nobody there."""
    async with TelegramEmulator() as emulator:
        assert await telegram_name(emulator.token, emulator.base_url)
        with pytest.raises(InputInvalid, match="does not accept the bot token") as error:
            await telegram_name(TOKEN, emulator.base_url)
        assert TOKEN not in str(error.value)
        gone = emulator.base_url
    assert not await telegram_name(TOKEN, gone)


@pytest.mark.parametrize("has_answer", [True, False])
def test_a_failed_look_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_answer: bool
) -> None:
    """Whatever Telegram says of a token, the files are written, with a warning."""
    monkeypatch.setenv("EVENKEEL_TELEGRAM_TOKEN", TOKEN)
    url = "http://127.0.0.1:9/bot"
    words = ("init", "--dir", str(tmp_path), *NEEDED, "--telegram-url", url)
    result = RUNNER.invoke(app, [*words, "--offline"] if has_answer else words)
    assert result.exit_code == 0, result.exception
    assert ("warning: Telegram does not answer" in result.output) is not has_answer
    assert (tmp_path / ".env").exists()
