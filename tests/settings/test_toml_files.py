"""What is said of a policy file that is none."""

from pathlib import Path

import pytest

from bot.settings import read_policy_file
from core.domain.errors import InputInvalid


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none.toml", "does not exist; give the path of a policy file"),
        ("folder.toml", "is a folder; give the path of a policy file"),
        ("picture.toml", "is no text in UTF-8; give the path of a policy file"),
        ("prose.toml", "is not valid TOML: .*line 1"),
        ("prose.toml/below", "cannot be read: Not a directory"),
    ],
    ids=["missing", "folder", "binary", "prose", "below a file"],
)
def test_a_file_that_is_no_policy_is_told_in_words(tmp_path: Path, name: str, said: str) -> None:
    """The path stands once, and no number of the operating system does."""
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "picture.toml").write_bytes(bytes(range(256)))
    (tmp_path / "prose.toml").write_text("Dear bot,\n", encoding="utf-8")
    with pytest.raises(InputInvalid, match=said) as raised:
        read_policy_file(tmp_path / name)
    assert str(raised.value).count(str(tmp_path)) == 1
    assert "Errno" not in str(raised.value)
