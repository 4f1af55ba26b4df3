"""``/review``: what was proposed, what the person did, and what became of it."""

from typing import Final

from bot.chat.commands.charts import KEY, is_allowed, is_under_way
from bot.chat.gate import Place, needs
from bot.chat.render.charts import title_of
from bot.chat.render.pages import text
from bot.chat.render.review import review_blocks, review_head
from bot.chat.requests import Role
from bot.chat.visit import Visit
from bot.ports.reviews import SPANS
from bot.workflow.review import compose_review

ALL: Final = "all"
_SPANS: Final[dict[str, int | None]] = {str(days): days for days in SPANS} | {ALL: None}
USUAL: Final = str(SPANS[0])


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def review(visit: Visit) -> str:
    """Look back over 30 days, 90 days, or to the first day."""
    asked = (visit.arguments or (USUAL,))[0].lower()
    if len(visit.arguments) > 1 or asked not in _SPANS:
        visit.say("", text(visit.words.say("review.unknown")))
        return ""
    words = visit.words
    if is_under_way(visit):
        visit.say("", text(words.say("chart.busy")))
        return ""
    if not is_allowed(visit):
        visit.say("", text(words.say("chart.often")))
        return ""
    made = await compose_review(visit.desk, _SPANS[asked])
    picture, key = made.picture, f"{KEY}{visit.request.request_id}"
    is_shown = picture is not None and visit.desk.audience.pictures
    pictures = ((picture, title_of(picture, words)),) if picture and is_shown else ()
    blocks = review_blocks(made, visit.reader)
    visit.say(review_head(made, words), *blocks, pictures=pictures, key=key)
    return ""
