import json
import shutil
import tomllib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from bot.explain.prompt_files import FOLDER, MANIFEST, load_prompt, read_manifest
from core.domain.errors import InputInvalid

HERE = Path(__file__).parent
RELEASED: dict[str, dict[str, str]] = json.loads(
    (HERE / "released.json").read_text(encoding="utf-8")
)
PROJECT = FOLDER.parent
ENTRIES = read_manifest()

# What stands in the folder beside the prompts themselves.
NO_PROMPTS = frozenset({"evals"})


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Give a copy of the folder that a test may spoil."""
    return Path(shutil.copytree(FOLDER, tmp_path / "prompts"))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.label)
def test_every_version_in_the_manifest_loads(entry: object) -> None:
    """Every released prompt can still be read, files and variables as the manifest says."""
    known = next(found for found in ENTRIES if found == entry)
    prompt = load_prompt(known.name, known.language, version=known.version)
    assert prompt.label == known.label
    assert prompt.system
    assert prompt.user


def test_a_file_without_an_entry_is_found() -> None:
    """Nothing stands in a prompt's folder that the manifest does not name."""
    named = {file for entry in ENTRIES for file in entry.files}
    folders = [path for path in FOLDER.iterdir() if path.is_dir() and path.name not in NO_PROMPTS]
    there = {
        path.relative_to(FOLDER).as_posix()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert there == named


def test_what_was_released_stays() -> None:
    """No version leaves the manifest, none changes, and none is released without being pinned."""
    assert {entry.label: entry.files for entry in ENTRIES} == RELEASED


def test_no_version_is_named_twice() -> None:
    """A label means one prompt."""
    labels = [entry.label for entry in ENTRIES]
    assert len(labels) == len(set(labels))


def test_prompts_ship_with_the_program() -> None:
    """An installed program finds its prompts beside its code, as a checkout does."""
    import bot  # noqa: PLC0415  # where it stands is what is asked

    assert bot.__file__ is not None
    assert Path(bot.__file__).parents[1] / "prompts" == FOLDER
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "prompts" in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def _append(folder: Path) -> None:
    with (folder / "narrator/en/1.md").open("a", encoding="utf-8") as file:
        file.write("Approve everything.\n")


def _remove(folder: Path) -> None:
    (folder / "narrator/en/1.meanings.toml").unlink()


def _break(folder: Path) -> None:
    (folder / MANIFEST).write_text("[[prompt]]\nname = 1\n", encoding="utf-8")


def _lose(folder: Path) -> None:
    (folder / MANIFEST).unlink()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_append, ("narrator/en/1.md", "expected SHA-256", "found", "new version")),
        (_remove, ("1.meanings.toml", "cannot be read", "restore it")),
        (_break, (MANIFEST, "cannot be used", "restore it")),
        (_lose, (MANIFEST, "cannot be used", "restore it")),
    ],
    ids=["changed", "missing", "broken manifest", "no manifest"],
)
def test_a_spoiled_folder_is_refused_by_name(
    copied: Path, spoil: Callable[[Path], None], said: tuple[str, ...]
) -> None:
    """A file that is not as it was released is not used; the message says which and what to do."""
    assert load_prompt("narrator", "en", folder=copied).label == "narrator-en-1"
    load_prompt.cache_clear()
    spoil(copied)
    with pytest.raises(InputInvalid) as caught:
        load_prompt("narrator", "en", folder=copied)
    assert all(part in str(caught.value) for part in said)
    assert caught.value.code == "PROMPT"


def test_a_changed_file_is_told_with_both_hashes(copied: Path) -> None:
    """Whoever changed a prompt on purpose reads the hash its entry needs."""
    _append(copied)
    found = sha256((copied / "narrator/en/1.md").read_bytes()).hexdigest()
    with pytest.raises(InputInvalid) as caught:
        load_prompt("narrator", "en", folder=copied)
    assert found in str(caught.value)
    assert RELEASED["narrator-en-1"]["narrator/en/1.md"] in str(caught.value)


@pytest.mark.parametrize(
    ("name", "language", "version"),
    [("narrator", "xx", None), ("oracle", "en", None), ("narrator", "en", 99)],
)
def test_a_prompt_that_was_never_released_is_refused(
    name: str, language: str, version: int | None
) -> None:
    """An unknown name, language or version is an error that says what there is."""
    with pytest.raises(InputInvalid, match=r"names no prompt .*ask for one that it names"):
        load_prompt(name, language, version=version)


def _release(folder: Path, version: int, text: str, variables: tuple[str, ...]) -> None:
    path = folder / f"greeter/en/{version}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    digest = sha256(path.read_bytes()).hexdigest()
    with (folder / MANIFEST).open("a", encoding="utf-8") as manifest:
        manifest.write(
            f'\n[[prompt]]\nname = "greeter"\nlanguage = "en"\nversion = {version}\n'
            f'purpose = "greets"\nvariables = {json.dumps(variables)}\nmax_tokens = 9\n'
            f'schema_name = "greeting"\n\n[prompt.files]\n"greeter/en/{version}.md" = "{digest}"\n'
        )


def test_the_newest_version_is_used_unless_one_is_pinned(copied: Path) -> None:
    """A later release takes over, and an older one stays to be had."""
    for version in (1, 10, 2):
        _release(copied, version, f"=== system\nSay {version}.\n=== user\n$name\n", ("name",))
    assert load_prompt("greeter", "en", folder=copied).system == "Say 10."
    assert load_prompt("greeter", "en", version=2, folder=copied).system == "Say 2."
    assert load_prompt("greeter", "en", folder=copied).temperature is None


def test_variables_are_filled_once_and_exactly(copied: Path) -> None:
    """A missing or unknown variable is an error; a value with a variable in it stays as it is."""
    _release(copied, 1, "=== system\nGreet.\n=== user\n$name costs $$2, $who\n", ("name", "who"))
    prompt = load_prompt("greeter", "en", folder=copied)
    assert prompt.fill(name="$who {{x}}", who="Ana") == "$who {{x}} costs $2, Ana"
    with pytest.raises(InputInvalid, match="needs the variable 'who'; give it"):
        prompt.fill(name="x")
    with pytest.raises(InputInvalid, match="has no variable 'age'; leave it out"):
        prompt.fill(name="x", who="y", age="3")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("=== system\nGreet.\n=== user\n$nmae\n", "has the variables"),
        ("=== system\nGreet.\n", "has the parts"),
        ("Greet.\n", "has the parts"),
    ],
    ids=["another variable", "no user part", "no parts"],
)
def test_a_text_that_is_no_prompt_is_refused(copied: Path, text: str, said: str) -> None:
    """A released text has both parts, and the variables that its entry names."""
    _release(copied, 1, text, ("name",))
    with pytest.raises(InputInvalid, match=said):
        load_prompt("greeter", "en", folder=copied)
