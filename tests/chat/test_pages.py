"""Pages of HTML: within Telegram's limit, never torn inside a tag, nothing lost."""

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.render.pages import (
    LIMIT,
    Block,
    clean,
    escaped,
    head,
    paragraph,
    plain,
    table,
    text,
    units,
)
from bot.chat.render.pages import pages as pages_of

CONTINUED = "– continued"

WORDS = st.text(
    alphabet=st.one_of(st.sampled_from("ab <>&\"'😀é–≥\n"), st.characters(codec="utf-8")),
    max_size=300,
)
BLOCKS = st.lists(
    st.one_of(
        st.builds(lambda lines: text(*lines), st.lists(WORDS, min_size=1, max_size=30)),
        st.builds(table, st.lists(st.text("abc <&>1≥", max_size=60), min_size=1, max_size=80)),
        st.builds(lambda lines: head(*lines), st.lists(WORDS, min_size=1, max_size=3)),
    ),
    min_size=1,
    max_size=8,
)
TAG = re.compile(r"<(/?)(b|pre)>")


def pages(blocks: list[Block]) -> tuple[str, ...]:
    """Return the pages of a message."""
    return pages_of(blocks, continued=CONTINUED)


def words_of(markup: str) -> str:
    """Return what a client shows, white space apart."""
    return "".join(html.unescape(TAG.sub("", markup)).split())


@given(BLOCKS)
def test_no_page_is_longer_than_telegram_takes(blocks: list[Block]) -> None:
    """Every page has at most 4096 UTF-16 units, markup and escapes included."""
    assert all(units(page) <= LIMIT for page in pages(blocks))


@given(BLOCKS)
def test_every_page_is_well_formed(blocks: list[Block]) -> None:
    """Every tag that a page opens it closes, in order, and no bare angle bracket is left."""
    for page in pages(blocks):
        opened: list[str] = []
        for closing, name in TAG.findall(page):
            if closing:
                assert opened.pop() == name
            else:
                opened.append(name)
        assert opened == []
        assert "<" not in TAG.sub("", page)
        assert ">" not in TAG.sub("", page)


@given(BLOCKS)
def test_nothing_is_lost_between_pages(blocks: list[Block]) -> None:
    """All words arrive in their order; only the marks of continuation are added."""
    first, *others = pages(blocks)
    shown = [words_of(page) for page in (first, *(p.removeprefix(CONTINUED) for p in others))]
    lines = (line for block in blocks for line in block.lines)
    assert "".join(shown) == "".join("".join(clean(line).split()) for line in lines)


def test_a_short_message_is_one_page() -> None:
    """What fits stays together."""
    assert pages([head("PAPER", "Trim <BTC>"), text("a & b"), table(["x", "y"]), text("c")]) == (
        "PAPER\n<b>Trim &lt;BTC&gt;</b>\n\na &amp; b\n\n<pre>x\ny</pre>\nc",
    )


def test_a_long_table_goes_on_as_a_table() -> None:
    """A table that is cut continues under a mark, in fixed width on both pages."""
    first, second = pages([table(f"{number:033}" for number in range(150))])
    assert first.startswith("<pre>")
    assert first.endswith("</pre>")
    assert second.startswith(f"{CONTINUED}\n\n<pre>")


def test_length_is_counted_after_escaping() -> None:
    """Four thousand ampersands are twenty thousand characters of HTML, so they are cut."""
    assert len(pages([text("&" * 4000)])) == 5


def test_characters_beyond_the_first_plane_count_twice() -> None:
    """Telegram counts UTF-16 units: an emoji is two."""
    assert units("a😀") == 3
    assert len(pages([text(*(["😀" * 100] * 20))])) == 1
    assert len(pages([text(*(["😀" * 100] * 21))])) == 2


def test_foreign_text_cannot_become_markup() -> None:
    """Angle brackets and ampersands of other people arrive as they were typed."""
    assert escaped('<b>&amp;"') == '&lt;b&gt;&amp;amp;"'


def test_what_no_client_shows_is_left_out() -> None:
    """Control characters, lone surrogates and marks that turn the reading order disappear."""
    assert clean("a\x00b\ud800c\u202ed\u200be") == "abcde"
    assert clean("👩‍🚀 12 €") == "👩‍🚀 12 €"


def test_plain_text_has_no_markup() -> None:
    """The console gets the same words with empty lines between blocks."""
    assert plain([head("PAPER", "Trim <BTC>"), text(), paragraph(["One.", "Two."])]) == (
        "PAPER\nTrim <BTC>\n\nOne. Two."
    )


def test_no_sentences_make_no_block() -> None:
    """An explanation without words leaves no gap."""
    assert paragraph([]).lines == ()
