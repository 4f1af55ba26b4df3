"""What travels in buttons."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.render.callbacks import RESUME_SUBJECT, callback_data, label_of, parse_callback
from bot.chat.render.words import ENGLISH
from bot.chat.requests import Button, Press
from bot.workflow.propose import new_nonce

IDS = st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=8, max_size=8)


@given(st.sampled_from(Button), IDS)
def test_what_was_written_is_read(button: Button, proposal: str) -> None:
    """Every button comes back as it was sent, within 64 bytes."""
    press = Press(button, proposal, new_nonce()[0])
    data = callback_data(press)
    assert len(data.encode()) <= 64
    assert parse_callback(data) == press


def test_the_button_that_overrides_stress_fits_too() -> None:
    """The resume button has no proposal and still follows the form."""
    press = Press(Button.RESUME, RESUME_SUBJECT, "A" * 22)
    assert parse_callback(callback_data(press)) == press


@pytest.mark.parametrize(
    "data",
    [
        "",
        "v1",
        "v1|a|7f3k9q2m",
        "v1|a|7f3k9q2m|short",
        "v2|a|7f3k9q2m|AAAAAAAAAAAAAAAAAAAAAA",
        "v1|x|7f3k9q2m|AAAAAAAAAAAAAAAAAAAAAA",
        "v1|ar|7f3k9q2m|AAAAAAAAAAAAAAAAAAAAAA",
        "v1|a|7F3K9Q2M|AAAAAAAAAAAAAAAAAAAAAA",
        "v1|a|7f3k9q2m1|AAAAAAAAAAAAAAAAAAAAAA",
        "v1|a|7f3k9q2m|AAAAAAAAAAAAAAAAAAAAAA\n",
        " v1|a|7f3k9q2m|AAAAAAAAAAAAAAAAAAAAAA",
        "v1|a|7f3k9q2m|AAAAAAAAAAAAAAAAAAAAAA|x",
        "v1|a|7f3k9q2m|AAAAAAAAAAAAAAAAAAAAA+",
        "v1|a|\N{FULLWIDTH DIGIT SEVEN}f3k9q2m|AAAAAAAAAAAAAAAAAAAAAA",
    ],
)
def test_anything_else_is_no_button(data: str) -> None:
    """A client can send anything; only the bot's own form is read."""
    assert parse_callback(data) is None


@given(st.text(max_size=80))
def test_garbage_is_no_button(data: str) -> None:
    """No text makes the reader fail."""
    press = parse_callback(data)
    assert press is None or callback_data(press) == data


def test_every_button_has_a_label() -> None:
    """No button is drawn without words."""
    assert all(label_of(button, ENGLISH) for button in Button)
