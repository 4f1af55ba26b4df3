from pathlib import Path

import pytest

from bot.settings import Settings, load_settings
from core.domain.errors import InputInvalid

LOCAL = "http://127.0.0.1:11434/v1"
FAR = "http://ollama:11434/v1"


def loaded(folder: Path, section: str, key: str = "") -> Settings:
    """Return the settings of a policy file with that section."""
    file = folder / "evenkeel.toml"
    file.write_text(f"[targets]\nBTC = 60\nUSD = 40\n\n[llm]\n{section}\n", encoding="utf-8")
    environment = {"EVENKEEL_LLM_KEY": key} if key else {}
    return load_settings(file, data_dir=folder, environment=environment)


def test_without_a_section_there_is_no_model(tmp_path: Path) -> None:
    """Nobody talks to a language model who did not ask for one."""
    llm = loaded(tmp_path, "").file.llm
    assert (llm.base_url, llm.model) == ("", "")


@pytest.mark.parametrize("line", [f'base_url = "{LOCAL}"', 'model = "small"'])
def test_an_address_and_a_model_belong_together(tmp_path: Path, line: str) -> None:
    """Half of what a model needs is a mistake, not a reason to guess."""
    with pytest.raises(InputInvalid, match="given together"):
        loaded(tmp_path, line)


@pytest.mark.parametrize("address", ["ollama:11434", "ftp://host/v1", "localhost/v1"])
def test_an_address_says_how_to_get_there(tmp_path: Path, address: str) -> None:
    """What is no web address is refused with an example of one."""
    with pytest.raises(InputInvalid, match="an address such as"):
        loaded(tmp_path, f'base_url = "{address}"\nmodel = "m"')


def test_a_key_does_not_travel_in_the_open(tmp_path: Path) -> None:
    """A key and an unencrypted address of another machine are refused together."""
    section = f'base_url = "{FAR}"\nmodel = "m"'
    assert loaded(tmp_path, section).file.llm.base_url == FAR
    with pytest.raises(InputInvalid, match="travel in the open") as refused:
        loaded(tmp_path, section, key="sk-made-up-key")
    assert "sk-made-up-key" not in str(refused.value)


@pytest.mark.parametrize("address", [LOCAL, "http://localhost:1234/v1", "https://example.org/v1"])
def test_a_key_goes_to_this_machine_or_over_https(tmp_path: Path, address: str) -> None:
    """A local server and an encrypted one may have a key."""
    settings = loaded(tmp_path, f'base_url = "{address}"\nmodel = "m"', key="sk-made-up-key")
    assert settings.model_key is not None


@pytest.mark.parametrize(
    "line",
    [
        "calls_per_day = -1",
        "calls_per_day = 10001",
        "dollars_per_day = -1",
        "price_in = -0.1",
        'structure = "xml"',
        'modell = "m"',
    ],
)
def test_a_limit_without_sense_is_refused(tmp_path: Path, line: str) -> None:
    """A mistake is told with its key before anything starts."""
    with pytest.raises(InputInvalid, match=line.split(maxsplit=1)[0]):
        loaded(tmp_path, line)


def test_languages_are_a_closed_list(tmp_path: Path) -> None:
    """A language nobody wrote a pack for is refused."""
    file = tmp_path / "evenkeel.toml"
    file.write_text('[targets]\nBTC = 60\nUSD = 40\n\n[messages]\nlanguage = "fr"\n')
    with pytest.raises(InputInvalid, match=r"messages\.language is 'fr'"):
        load_settings(file, data_dir=tmp_path, environment={})
