"""The dialogue as a person has it: the real program, on a real terminal, with all that is typed."""

import os
from pathlib import Path

import pytest

from bot.settings import load_settings
from tests.init.terminal import Terminal

TOKEN = "123456789:AAF-a_token_of_nobody_in_particular"
KEY, SECRET = "PublicKeyOfTheAccount", "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"
ENV = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


def begin(folder: Path, *options: str) -> Terminal:
    """Start the questions; nobody on the network is asked."""
    return Terminal(["init", "--offline", *options], folder, {**ENV, "TZ": "Europe/Berlin"})


def test_a_whole_dialogue(tmp_path: Path) -> None:
    """Each wrong answer is asked for again with its reason; the right ones are what is written."""
    with begin(tmp_path) as screen:
        screen.answer(
            ("Market: ", "mtgox"),
            ("'mtgox' is none of kraken", None),
            ("Market: ", "kraken"),
            ("Mode [paper]: ", "live"),
            ("a key to your account that can trade and cannot withdraw", None),
            ("live trading [y/N]: ", "n"),
            ("Mode [paper]: ", "watch"),
            ("Currency [USD]: ", ""),
            ("Targets: ", "BTC 101"),
            ("a share from 0 to 100 is expected", None),
            ("Targets: ", "BTC 60 ETH 30"),
            ("USD 10 would keep the rest as cash", None),
            ("Targets: ", "BTC 60 ETH 30 USD 10"),
            ("Profile [standard]: ", "x" * 600),
            ("600 characters long", None),
            ("Profile [standard]: ", "tight"),
            ("Reserve [0]: ", "-5"),
            ("'-5' is no amount", None),
            ("Reserve [0]: ", "\x1b[A"),
            ("characters other than plain", None),
            ("Reserve [0]: ", "250"),
            ("Trading capital: ", "٦٠"),
            ("characters other than plain", None),
            ("Trading capital: ", ""),
            ("Telegram token: ", "12:short"),
            ("does not look like a bot token", None),
            ("Telegram token: ", TOKEN),
            ("Approvers: ", "@ann"),
            ("'@ann' is no Telegram id", None),
            ("Approvers: ", "11 22"),
            ("Query closed orders & trades", None),
            ("Key of Kraken: ", KEY),
            ("Its secret: ", "not base64!"),
            ("is no secret of Kraken", None),
            ("Its secret: ", SECRET),
            ("Time zone [Europe/Berlin]: ", ""),
            ("Digest at [08:00]: ", "25:00"),
            ("'25:00' is no time of day", None),
            ("Digest at [08:00]: ", "7:30"),
            ("with the secrets [Y/n]: ", ""),
        )
        assert screen.end() == 0
    for secret in (TOKEN, SECRET, KEY):
        assert secret not in screen.screen
    assert "Never tick anything that withdraws" in screen.screen
    assert "evenkeel doctor" in screen.screen
    settings = load_settings(tmp_path / "evenkeel.toml", data_dir=tmp_path, environment={})
    file = settings.file
    assert {name: str(share) for name, share in file.targets.items()} == {
        "BTC": "60",
        "ETH": "30",
        "USD": "10",
    }
    assert (file.mode, file.profile, str(file.reserve)) == ("watch", "tight", "250")
    assert (file.approvers, file.messages.timezone) == ((11, 22), "Europe/Berlin")
    assert settings.trading_key is not None
    assert settings.trading_key.secret.get_secret_value() == SECRET
    assert settings.telegram_token is not None
    assert settings.telegram_token.get_secret_value() == TOKEN


def test_ctrl_c_writes_nothing(tmp_path: Path) -> None:
    """Stopping in the middle leaves the folder empty, and says so."""
    with begin(tmp_path, "--venue", "simulated") as screen:
        screen.answer(("Currency [USD]: ", ""))
        screen.see("Targets: ")
        assert screen.interrupt() == 130
    assert "Stopped. Nothing was written." in screen.screen
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("answer", ["", "y"])
def test_files_that_are_there(tmp_path: Path, answer: str) -> None:
    """A person is asked before anything is replaced, and an empty answer means no."""
    (tmp_path / "evenkeel.toml").write_text("mine", encoding="utf-8")
    options = ("--venue", "simulated", "--quote", "USD", "--targets", "BTC 50 USD 50")
    more = ("--profile", "standard", "--reserve", "0", "--trading-capital", "", "--approvers", "")
    with begin(tmp_path, *options, *more, "--timezone", "UTC", "--digest-at", "8:00") as screen:
        screen.answer(("Write anew [y/N]: ", answer))
        if answer:
            screen.answer(("Telegram token: ", ""), ("with the secrets [Y/n]: ", "y"))
        assert screen.end() == 0
    kept = tmp_path / ("evenkeel.toml.bak" if answer else "evenkeel.toml")
    assert kept.read_text(encoding="utf-8") == "mine"
    assert (tmp_path / ".env").exists() == bool(answer)
