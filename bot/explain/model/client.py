"""A language model behind any server that speaks OpenAI's Chat Completions."""

import asyncio
import logging
from dataclasses import replace

import httpx2
from openai import APIConnectionError, APIStatusError, AsyncOpenAI, OpenAIError

from bot.explain.model.asking import Failure, Question, Reply
from bot.explain.model.dialect import Dialect
from bot.explain.model.reading import failure_of, reply_from
from bot.explain.model.settings import ModelSettings
from bot.explain.model.transport import AnswerPacked, AnswerTooLong, PlainTransport, WrongWay

NO_KEY = "none"
"""The library insists on a key; without one in the settings this stands in and is never sent."""

_LEARNABLE = (400, 422)
_FAILURES: dict[type[OpenAIError], tuple[Failure, str]] = {
    AnswerTooLong: (Failure.TOO_LONG, "more bytes or parts than an answer can have"),
    AnswerPacked: (Failure.BROKEN, "a compressed answer that nobody asked for"),
    WrongWay: (Failure.NO_CONNECTION, "the call was about to leave its way"),
}

_log = logging.getLogger(__name__)


class OpenAIModel:
    """Asks one server; every trouble is a reply, nothing but cancellation is raised."""

    def __init__(self, settings: ModelSettings) -> None:
        """Prepare the client; nothing is sent yet."""
        self._settings = settings
        self._dialect = Dialect.of(settings.json)
        key = settings.key
        self._client = AsyncOpenAI(
            base_url=settings.base_url,
            api_key=NO_KEY if key is None else key.get_secret_value(),
            # Given, though empty: what is left out is read from the environment.
            admin_api_key="",
            organization="",
            project="",
            webhook_secret="",
            timeout=None,  # ours spans the whole call, theirs each read alone
            max_retries=0,  # a hidden retry would be neither counted nor paid from the budget
            http_client=httpx2.AsyncClient(
                transport=PlainTransport(settings.base_url, key),
                trust_env=False,
                follow_redirects=False,
                timeout=None,
            ),
        )

        # Now: the library loads these modules on first use, which would hold up the whole loop.
        self._chat = self._client.chat.completions.with_raw_response

    @property
    def name(self) -> str:
        """The model's name as configured."""
        return self._settings.model

    async def ask(self, question: Question, *, seconds: float) -> Reply:
        """Return the model's answer, or why there is none, within ``seconds``."""
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            # Over the whole call: a server that drips a byte a second never times out by itself.
            async with asyncio.timeout(seconds):
                reply = await self._ask(question)
        except TimeoutError:
            reply = Reply(failure=Failure.TIMEOUT, detail=f"no answer in {seconds:.1f} s")
        return replace(reply, seconds=clock() - began)

    async def close(self) -> None:
        """Close what is open."""
        await self._client.close()

    async def _ask(self, question: Question) -> Reply:
        try:
            answer = await self._chat.create(
                model=self._settings.model,
                messages=[
                    {"role": "system", "content": question.system},
                    {"role": "user", "content": question.user},
                ],
                extra_body=self._dialect.body(question, self._settings.max_tokens),
            )
        except APIStatusError as error:
            return self._refused(error)
        except APIConnectionError as error:
            cause = error.__cause__ or error
            # Cut after it was open, a call may have been answered, and has to be paid.
            is_open = not isinstance(cause, httpx2.ConnectError)
            failure = Failure.LINE_CUT if is_open else Failure.NO_CONNECTION
            detail = f"{self._settings.base_url} {type(cause).__name__}"
            return Reply(failure=failure, detail=detail)
        except OpenAIError as error:
            failure, detail = _FAILURES.get(type(error), (Failure.BROKEN, type(error).__name__))
            return Reply(failure=failure, detail=detail)
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
            # What the library makes of an answer it did not expect; its text may quote anything.
            return Reply(failure=Failure.BROKEN, detail=type(error).__name__)
        return reply_from(answer.http_response.content, self._settings)

    def _refused(self, error: APIStatusError) -> Reply:
        """Return what a status means; a refusal of a known kind changes the next question."""
        if error.status_code in _LEARNABLE and self._dialect.learn(error.body):
            _log.info("the language model's server wants to be asked otherwise; it will be")
            return Reply(failure=Failure.FORM, detail=f"HTTP {error.status_code}")
        failure, detail = failure_of(error.status_code, error.body)
        return Reply(failure=failure, detail=detail)
