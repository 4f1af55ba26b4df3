"""What surprises in ccxt at every venue: its common behaviour, what venues lack, client ids."""

from tests.surprises.kraken_rows import (
    ASK,
    AVOIDED,
    BROKEN,
    FEES,
    KEYS,
    LOST,
    MARKET,
    PLACE,
    RULES,
    SWITCHES,
)
from tests.surprises.row import Row

COMMON = (
    Row(
        "1 ccxt async, common behaviour",
        "there is no aclose, and a forgotten close is a warning at the end",
        "who opens a connection closes it, and closing waits for nothing that still loads",
        (
            BROKEN + "a_market_that_was_closed_opens_again",
            "live_market/test_second_opinions.py::test_closing_does_not_wait_for_what_is_still_loading",
        ),
    ),
    Row(
        "1 ccxt async, common behaviour",
        "waiting for the pace counts as waiting for the answer",
        "an order's wait is over before its deadline is looked at",
        (ASK + "waiting_for_the_pace_counts_as_time",),
    ),
    Row(
        "1 ccxt async, common behaviour",
        "a body that is no JSON is handed on under status 200",
        "every answer must have its venue's shape",
        (
            BROKEN + "no_venue_becomes_an_empty_market",
            BROKEN + "a_bad_answer_is_an_error_with_a_word",
        ),
    ),
    Row(
        "1 ccxt async, common behaviour",
        "the text of an error holds the address, at Binance with the signature",
        "no error has an address in it, and none its cause",
        (
            BROKEN + "a_bad_answer_is_an_error_with_a_word",
            KEYS + "no_error_and_no_log_holds_the_key",
        ),
    ),
    Row(
        "1 ccxt async, common behaviour",
        "a list of markets is kept as long as the object lives",
        "it is read anew every day",
        (MARKET + "markets_are_loaded_once_a_day",),
    ),
    Row(
        "1 ccxt async, common behaviour",
        "a precision is a step at most venues, not a number of digits",
        "rules are steps, and a step that cannot be one is refused",
        (MARKET + "rules_are_positive_decimals", RULES + "rules_that_cannot_be_read_are_refused"),
    ),
    Row(
        "1 ccxt async, common behaviour",
        "ValueError, KeyError and TypeError escape from the parsers",
        "they are an answer that cannot be read",
        (
            ASK + "a_list_of_markets_with_a_hole_is_an_error_of_the_venue",
            BROKEN + "a_bad_answer_is_an_error_with_a_word",
        ),
    ),
    Row(
        "1 ccxt async, common behaviour",
        "a task that is called off says nothing of its order",
        "once it was on its way the outcome is unknown",
        (
            LOST + "an_order_in_flight_that_is_called_off_is_unknown",
            LOST + "an_order_called_off_before_it_is_sent_is_just_called_off",
        ),
    ),
    Row(
        "1 ccxt async, common behaviour",
        "candles are sorted on their way, which hides a muddled answer",
        "they come as the venue told them, and disorder is refused",
        (BROKEN + "a_day_that_cannot_be_is_refused",),
    ),
)

LACKING = (
    Row(
        "2 Capability matrix",
        "fetchTradingFees is missing at Kraken",
        "the fees of all pairs are asked for raw",
        (FEES + "one_question_a_day_tells_all", AVOIDED),
    ),
    Row(
        "2 Capability matrix",
        "a sandbox is a TypeError at most venues",
        "nobody asks for one",
        (SWITCHES,),
    ),
    Row(
        "2 Capability matrix",
        "Binance has fifteen addresses, others tables of them",
        "another base holds for all of them",
        (ASK + "no_address_of_a_venue_is_left_as_it_was",),
    ),
    Row(
        "2 Capability matrix",
        "a least cost may be None, which is unknown and not zero",
        "an own floor holds",
        (RULES + "unknown_minimums_are_careful_not_zero",),
    ),
)

CLIENT_IDS = (
    Row(
        "3 Client order id",
        "Coinbase drops the client id silently, others cannot look one up",
        "orders are placed at Kraken only",
        (PLACE + "other_venues_are_not_traded_at",),
    ),
    Row(
        "3 Client order id",
        "the test flag is a real order at Kraken, OKX, Bybit, Bitstamp",
        "a dry run never reaches the venue",
        (SWITCHES, "surprises/test_avoided.py::test_where_nothing_may_be_ordered_nothing_can_be"),
    ),
)
