"""``/review``: what was proposed, what the person did, and what became of it.

``/review mend`` and ``/review mend anew`` are told of where they are needed, and stand in no menu.
"""

from typing import Final

from bot.chat.commands.charts import KEY, is_allowed, is_under_way
from bot.chat.gate import Place, needs
from bot.chat.render.charts import title_of
from bot.chat.render.pages import text
from bot.chat.render.review import review_blocks, review_head
from bot.chat.requests import Role
from bot.chat.visit import Visit
from bot.ports.reviews import SPANS
from bot.workflow.mending import mend_books
from bot.workflow.review import compose_review

ALL: Final = "all"
_SPANS: Final[dict[str, int | None]] = {str(days): days for days in SPANS} | {ALL: None}
MEND: Final = "mend"
ANEW: Final = "anew"
USUAL: Final = str(SPANS[0])


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def review(visit: Visit) -> str:
    """Look back over 30 days, 90 days, or to the first day; or mend damaged books."""
    asked = (visit.arguments or (USUAL,))[0].lower()
    if asked == MEND and visit.arguments[1:] in {(), (ANEW,)}:
        await _mend(visit, anew=len(visit.arguments) > 1)
        return ""
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


async def _mend(visit: Visit, *, anew: bool) -> None:
    """Make damaged books again from the stored decisions; whole ones are left alone."""
    words = visit.words
    if visit.role is not Role.APPROVER:
        visit.say("", text(words.say("refused.role")))
        return
    mended = await mend_books(visit.desk, visit.person, anew=anew)
    if mended is None:
        visit.say("", text(words.say("review.mend.whole")))
    elif mended.why and not mended.anew:
        visit.say(words.say("review.mend.cannot.head"), text(words.say("review.mend.cannot")))
    elif mended.anew:
        visit.say(words.say("review.mend.anew.head"), text(words.say("review.mend.anew")))
    else:
        visit.say("", text(words.say("review.mend.done", days=str(mended.days))))
