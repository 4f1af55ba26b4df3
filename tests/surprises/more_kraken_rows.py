"""The same for ccxt's unified methods, asset codes, errors, rate limits."""

from tests.surprises.kraken_rows import (
    ACCOUNT,
    ASK,
    AVOIDED,
    BROKEN,
    CARD,
    FEES,
    FIND,
    FLOWS,
    KEYS,
    LOST,
    PLACE,
    REFUSE,
    REQUEST,
    SWITCHES,
)
from tests.surprises.row import Row

UNIFIED = (
    Row(
        "6 ccxt unified methods for kraken",
        "an order placed has an id at best: no state, no fills",
        "it is looked up by that id, and without one its outcome is unknown",
        (
            PLACE + "a_filled_order_is_told_trade_by_trade",
            LOST + "an_order_whose_answer_is_lost_is_found",
            AVOIDED,
        ),
    ),
    Row(
        "6 ccxt unified methods for kraken",
        "fetch_order sends a client id as a userref",
        "it is looked up raw among open orders, closed orders and trades",
        (AVOIDED, FIND + "nothing_is_there_only_after_all_three_said_so"),
    ),
    Row(
        "6 ccxt unified methods for kraken",
        "an unknown id is InvalidOrder",
        "to the ledger it is an order that is not told yet",
        (FLOWS + "a_trade_whose_order_is_not_told_yet_is_waited_for",),
    ),
    Row(
        "6 ccxt unified methods for kraken",
        "fetch_my_trades narrows to a coin after cutting to fifty",
        "histories are read raw and whole",
        (AVOIDED, FIND + "an_order_among_many_pages_is_found"),
    ),
    Row(
        "6 ccxt unified methods for kraken",
        "test is sent on to the real AddOrder, and validate as True",
        "a dry run never reaches the venue",
        (
            SWITCHES,
            PLACE + "exactly_one_request_is_sent",
            "surprises/test_avoided.py::test_where_nothing_may_be_ordered_nothing_can_be",
        ),
    ),
    Row(
        "6 ccxt unified methods for kraken",
        "a price is rounded half up: a limit may become a worse one",
        "limits are put on the tick here, on the owner's side",
        (
            REQUEST + "a_limit_moves_to_the_tick_that_is_no_worse",
            REQUEST + "a_limit_that_is_no_price_of_the_market_is_refused",
            AVOIDED,
        ),
    ),
    Row(
        "6 ccxt unified methods for kraken",
        "an amount is cut to its digits, and a negative one is sent",
        "both are refused before anything is sent",
        (REQUEST + "a_quantity_off_its_step_is_refused", CARD + "x14_a_broken_step_is_rejected"),
    ),
    Row(
        "6 ccxt unified methods for kraken",
        "minimums are not checked",
        "Kraken's own refusal is a definite no",
        (
            CARD + "x12_below_the_minimum_is_rejected",
            REFUSE + "what_really_happens_is_told_in_plain_words",
        ),
    ),
    Row(
        "6 ccxt unified methods for kraken",
        "fee, average and cost of an order are ccxt's own, as floats or cut",
        "money is booked from trades",
        (
            PLACE + "the_average_of_the_order_is_not_what_is_told",
            PLACE + "a_filled_order_is_told_trade_by_trade",
            CARD + "x41_fills_add_up",
        ),
    ),
    Row(
        "6 ccxt unified methods for kraken",
        "an order that filled in part is called canceled",
        "its fills decide what it is",
        (PLACE + "what_does_not_fill_is_cancelled", CARD + "x11_what_does_not_fill_is_cancelled"),
    ),
    Row(
        "6 ccxt unified methods for kraken",
        "numbers are floats; as Decimal they break the list of markets",
        "they stay text until they are made exact here",
        (ASK + "a_price_keeps_every_digit", ACCOUNT + "a_long_amount_keeps_every_digit"),
    ),
    Row(
        "6 ccxt unified methods for kraken",
        "an order by its cost is cut to the digits of a price, and sent for a sale as well",
        "orders are in coins, with a limit",
        (AVOIDED, PLACE + "exactly_one_request_is_sent"),
    ),
    Row(
        "6 ccxt unified methods for kraken",
        "the dead man's switch takes milliseconds where Kraken takes seconds",
        "nothing rests on the book, so it is not needed",
        (AVOIDED, PLACE + "what_does_not_fill_is_cancelled"),
    ),
    Row(
        "6 ccxt unified methods for kraken",
        "fetch_trading_fees is not there for Kraken",
        "TradeVolume is asked raw, for all pairs at once",
        (FEES + "one_question_a_day_tells_all", FEES + "a_fee_that_cannot_be_is_not_believed"),
    ),
)

CODES = (
    Row(
        "7 Asset codes",
        "bitcoin is XBT, dogecoin XDG; old coins have a letter before their name",
        "Kraken's own list tells the names, and a table what everybody else calls them",
        (
            ACCOUNT + "every_code_of_a_coin_counts_for_it",
            ACCOUNT + "names_agree_with_the_markets_names",
        ),
    ),
    Row(
        "7 Asset codes",
        "earning, staked and bonded coins have codes of their own: BTC.F is not BTC",
        "they count for their coin and are not spendable",
        (ACCOUNT + "every_code_of_a_coin_counts_for_it",),
    ),
    Row(
        "7 Asset codes",
        "a bonded code has its days in the name: DOT28.S",
        "a table names them; what is in no table stops, and is named",
        (
            ACCOUNT + "every_code_of_a_coin_counts_for_it",
            ACCOUNT + "an_unknown_code_stops_and_is_named",
            FLOWS + "an_unknown_ending_in_the_ledger_stops",
        ),
    ),
)

ERRORS = (
    Row(
        "8 Errors",
        "half of Kraken's refusals have no class of their own",
        "its words are read: each known one is a definite no, every other proves nothing",
        (
            REFUSE + "each_known_refusal_is_a_definite_no",
            REFUSE + "every_other_text_proves_nothing",
            REFUSE + "one_unclear_text_among_clear_ones_leaves_it_open",
        ),
    ),
    Row(
        "8 Errors",
        "a wrong signature, missing rights, a locked account are plain ExchangeErrors",
        "each is the owner's to mend, with the words for it",
        (
            KEYS + "a_refused_key_needs_its_owner",
            FIND + "a_refused_key_is_named_and_nothing_is_absent",
        ),
    ),
    Row(
        "8 Errors",
        "Throttled and Domain rate limit are plain ExchangeErrors",
        "they count as too many questions",
        (
            BROKEN + "a_bad_answer_is_an_error_with_a_word",
            REFUSE + "each_known_refusal_is_a_definite_no",
        ),
    ),
    Row(
        "8 Errors",
        "Timeout, Unavailable, Busy may come although the order was taken",
        "they prove nothing",
        (
            REFUSE + "every_other_text_proves_nothing",
            REFUSE + "words_under_a_status_of_fault_prove_nothing",
        ),
    ),
    Row(
        "8 Errors",
        "a refusal that names cl_ord_id may mean that the order is there",
        "it proves nothing",
        (REFUSE + "every_other_text_proves_nothing",),
    ),
    Row(
        "8 Errors",
        "a body shorter than announced is a plain ExchangeError",
        "to an order it proves nothing, to a question it is malformed",
        (
            LOST + "an_order_whose_answer_is_lost_is_found",
            LOST + "an_order_that_never_arrived_is_found_absent",
            BROKEN + "a_bad_answer_is_an_error_with_a_word",
        ),
    ),
    Row(
        "8 Errors",
        "a web page, half a JSON, nothing, no result, or a status like 524 raise nothing",
        "every answer must have Kraken's shape before a parser sees it",
        (
            ASK + "an_answer_under_a_status_without_a_name_is_none",
            ASK + "an_order_without_an_id_is_unknown_at_once",
            ASK + "an_emptied_account_is_empty_and_a_silent_one_is_not",
            ACCOUNT + "a_broken_answer_is_not_an_empty_account",
            LOST + "an_order_whose_answer_is_lost_is_found",
            BROKEN + "no_venue_becomes_an_empty_market",
        ),
    ),
    Row(
        "8 Errors",
        "maxRetriesOnFailure repeats orders, too",
        "an order forbids it, and nobody else speaks of it",
        (
            PLACE + "the_placer_never_has_ccxt_repeat_an_order",
            "surprises/test_avoided.py::test_only_a_zero_is_ever_said_of_repeating",
            ACCOUNT + "a_question_is_asked_once",
        ),
    ),
    Row(
        "8 Errors",
        "errors hold addresses and bodies, the talkative log the key",
        "addresses and keys are taken out, and that log is shut",
        (
            KEYS + "no_error_and_no_log_holds_the_key",
            LOST + "no_log_has_the_key",
            LOST + "a_venue_that_repeats_the_key_is_not_quoted",
            SWITCHES,
        ),
    ),
)

LIMITS = (
    Row(
        "9 Rate limits",
        "an order waits for what questions before it cost",
        "the wait is over before its deadline is looked at",
        (ASK + "waiting_for_the_pace_counts_as_time",),
    ),
    Row(
        "9 Rate limits",
        "histories cost twice, and a long ledger meets the limit",
        "a first reading goes on where it broke off",
        (
            FLOWS + "what_was_read_before_a_failure_is_not_asked_for_again",
            FLOWS + "the_rate_limit_is_told_as_what_it_is",
        ),
    ),
)
