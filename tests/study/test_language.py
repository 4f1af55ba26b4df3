"""The language of reports, checked in templates and in finished pages."""

import pytest

from bot.research.study.language import report_problems, template_problems
from bot.research.study.page import TEMPLATES

NAMES = sorted(path.name for path in TEMPLATES.glob("*.j2"))


@pytest.mark.parametrize("name", NAMES)
def test_a_template_keeps_the_language_of_reports(name: str) -> None:
    """No hype, no hurry, no would-have without an interval. Source: METHODS 6.5."""
    assert template_problems((TEMPLATES / name).read_text(encoding="utf-8")) == ()


@pytest.mark.parametrize(
    "text",
    [
        "<p>This would have earned 12 % more.</p>",
        "<p>A guaranteed return.</p>",
        "<p>Act now.</p>",
        "<p>{% if x %}Rebalancing is RISK-FREE{% endif %}</p>",
    ],
)
def test_a_template_that_breaks_it_is_found(text: str) -> None:
    """Each of the rules bites."""
    assert len(template_problems(text)) == 1


def test_would_have_with_an_interval_is_allowed() -> None:
    """What would have been may be told with its interval in the same sentence."""
    told = "<p>It would have earned 1.2 more, 95 % interval [−1.0 to +3.0]. Calm.</p>"
    assert template_problems(told) == ()


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr><td>12.3 %</td></tr></table>",
        '<table data-sample="somewhere"><tr><td>x</td></tr></table>',
        '<figure><img src="data:image/png;base64,AA" alt="growth"></figure>',
        '<figure data-sample="in sample"><img src="data:image/png;base64,AA" alt=""></figure>',
        '<figure data-sample="in sample"><img src="https://x.y/z.png" alt="growth"></figure>',
        '<table data-sample="in sample" data-years="2.9"><tr><td>12 a year</td></tr></table>',
    ],
)
def test_a_page_that_breaks_it_is_found(page: str) -> None:
    """A figure without its sample, a picture from outside, a short year: each is found."""
    assert len(report_problems(page)) == 1


@pytest.mark.parametrize(
    "page",
    [
        '<table data-sample="in sample"><tr><td>12.3 %</td></tr></table>',
        '<table data-sample="settings"><tr data-sample="out of sample"><td>1</td></tr></table>',
        '<table data-sample="in sample" data-years="3.0"><tr><td>12 a year</td></tr></table>',
        "<table><tr><td>yes</td></tr></table>",
        "<style>td { width: 12px; }</style>",
    ],
)
def test_a_page_that_keeps_it_is_let_through(page: str) -> None:
    """The lint complains of nothing that is in order."""
    assert report_problems(page) == ()
