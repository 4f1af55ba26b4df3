"""What surprises in Kraken as ccxt drives it, section by section of the reference: 1 to 4."""

from tests.surprises.row import Row

AVOIDED = "surprises/test_avoided.py::test_no_method_is_used_that_guesses"
SWITCHES = "surprises/test_avoided.py::test_no_switch_is_turned_that_misleads"
ACCOUNT = "live_account/test_balances.py::test_"
FEES = "live_account/test_fees.py::test_"
FLOWS = "live_account/test_flows.py::test_"
KEYS = "live_account/test_keys.py::test_"
BOOKS = "live_market/test_bad_books.py::test_"
MARKET = "live_market/test_market_contract.py::test_"
BROKEN = "live_market/test_misbehaviour.py::test_"
STATUS = "live_market/test_peg_and_status.py::test_"
RULES = "live_market/test_rules.py::test_"
FIND = "live_orders/test_finding.py::test_"
LOST = "live_orders/test_lost_answers.py::test_"
PLACE = "live_orders/test_placing.py::test_"
REFUSE = "live_orders/test_refusals.py::test_"
REQUEST = "live_orders/test_request.py::test_"
NONCE = "surprises/test_nonces.py::test_"
ASK = "surprises/test_questions.py::test_"
CARD = "contracts/exchange_contract.py::test_"

CONSTRUCTION = (
    Row(
        "1 Base URL, override, construction",
        "the address is scheme, host and port; the hostname option does nothing",
        "every address of the table is moved to the other base, with its own path",
        (
            ASK + "no_address_of_a_venue_is_left_as_it_was",
            BROKEN + "an_address_may_be_a_gateway_with_a_path",
        ),
    ),
    Row(
        "1 Base URL, override, construction",
        "asking for a sandbox is a TypeError",
        "paper is the program's own; nobody asks for a sandbox",
        (SWITCHES, AVOIDED),
    ),
    Row(
        "1 Base URL, override, construction",
        "a secret that is no base64 breaks at the first question, with a bare ValueError",
        "the secret is looked at when the account is put together",
        (
            PLACE + "a_key_that_cannot_sign_is_refused_at_once",
            KEYS + "a_secret_that_cannot_sign_is_refused_before_any_question",
        ),
    ),
    Row(
        "1 Base URL, override, construction",
        "without a key ccxt fails at the first question",
        "refused when the account is put together",
        (KEYS + "without_a_key_or_at_another_venue_there_is_no_account",),
    ),
    Row(
        "1 Base URL, override, construction",
        "the fees in ccxt's class are of years ago",
        "they are taken out: a fee comes from the pair, or is unknown",
        (ASK + "the_fee_is_the_pairs_own",),
    ),
    Row(
        "1 Base URL, override, construction",
        "after close every question is refused",
        "the next question opens the connection anew",
        (ASK + "a_closed_connection_opens_again", BROKEN + "a_market_that_was_closed_opens_again"),
    ),
)

SIGNING = (
    Row(
        "2 Signing and encoding",
        "a price with % turns the body into JSON",
        "prices are plain decimals",
        (
            REQUEST + "small_and_large_numbers_have_no_exponent",
            ASK + "nothing_is_sent_that_kraken_would_read_otherwise",
        ),
    ),
    Row(
        "2 Signing and encoding",
        "Python's True is sent with a capital, which a strict server takes for false",
        "flags are the text true",
        (ASK + "truth_is_written_small",),
    ),
    Row(
        "2 Signing and encoding",
        "nonces are counted by instance: two on one key use each other's up",
        "one connection a key; a conflict is named, and an order refused for it is looked up",
        (
            NONCE + "two_programs_that_share_a_key_are_told_so",
            NONCE + "every_question_names_a_shared_key",
            NONCE + "an_order_with_a_used_up_nonce_is_unknown_and_named",
            NONCE + "a_nonce_lost_after_the_order_leaves_it_open",
        ),
    ),
    Row(
        "2 Signing and encoding",
        "two questions under way may overtake each other",
        "with a key they are asked one after another",
        (
            NONCE + "two_questions_are_never_under_way_at_once",
            KEYS + "questions_at_once_do_not_look_like_another_program",
        ),
    ),
    Row(
        "2 Signing and encoding",
        "a key once used with nanoseconds never takes ccxt's milliseconds again",
        "the owner is told to make a key for this program alone",
        (
            NONCE + "a_key_once_used_with_longer_nonces_is_lost",
            KEYS + "a_key_that_another_program_uses_is_named",
        ),
    ),
    Row(
        "2 Signing and encoding",
        "a key may forgive nonces that are out of order",
        "the window is read with the key's other powers",
        (KEYS + "a_nonce_window_is_told",),
    ),
    Row(
        "2 Signing and encoding",
        "Time has whole seconds, so ccxt's correction of the clock makes it wrong",
        "it stays off, and Time is not asked",
        (SWITCHES, ASK + "the_venues_clock_is_not_made_ours"),
    ),
)

ENVELOPE = (
    Row(
        "3 Envelope, permissions",
        "a warning beside a true result is an ExchangeError",
        "words beside a result prove nothing: the order is looked up",
        (
            REFUSE + "a_warning_beside_a_taken_order_is_no_refusal",
            REFUSE + "every_other_text_proves_nothing",
        ),
    ),
    Row(
        "3 Envelope, permissions",
        "a rate limit may come under status 200 or 429",
        "both are told as one trouble; to an order 429 proves nothing",
        (
            BROKEN + "a_bad_answer_is_an_error_with_a_word",
            LOST + "an_order_whose_answer_is_lost_is_found",
        ),
    ),
    Row(
        "3 Envelope, permissions",
        "a key that only reads balances can fill the Futures wallet",
        "no such call exists, and doctor says it",
        (
            "architecture/test_shape.py::test_no_withdrawal_call_exists",
            KEYS + "doctor_has_something_to_say_of_every_key",
        ),
    ),
    Row(
        "5 Private endpoints",
        "what a key may do is told by a raw question only",
        "a key that can withdraw, or that Kraken does not describe, is not used",
        (
            KEYS + "a_key_that_can_send_coins_away_is_refused",
            KEYS + "a_key_that_kraken_does_not_describe_is_not_used",
        ),
    ),
)

PUBLIC = (
    Row(
        "4 Public endpoints",
        "every status but online becomes maintenance",
        "Kraken's own word is read",
        (STATUS + "krakens_words_for_itself",),
    ),
    Row(
        "4 Public endpoints",
        "a pair without altname is a bare KeyError, one without digits has no step",
        "both are an answer that cannot be read",
        (
            ASK + "a_list_of_markets_with_a_hole_is_an_error_of_the_venue",
            RULES + "rules_that_cannot_be_read_are_refused",
        ),
    ),
    Row(
        "4 Public endpoints",
        "tick_size is not read: the step may be coarser than the digits",
        "it is read from Kraken's own row",
        (
            RULES + "krakens_own_tick_wins_over_its_decimals",
            REQUEST + "a_limit_moves_to_the_tick_that_is_no_worse",
        ),
    ),
    Row(
        "4 Public endpoints",
        "limit_only and post_only markets count as not active",
        "Kraken's own word decides what they take",
        (RULES + "krakens_words_for_a_market",),
    ),
    Row(
        "4 Public endpoints",
        "prices of markets that are not active are left out, or all markets asked for",
        "every market counts as active to ccxt, and its status is kept aside",
        (MARKET + "a_market_that_is_shut_is_halted_and_still_has_a_price",),
    ),
    Row(
        "4 Public endpoints",
        "the fee of a market is that of the first tier",
        "the account's own tier is read, once a day",
        (FEES + "the_account_pays_its_own_tier", FEES + "in_doubt_the_public_fee_holds"),
    ),
    Row(
        "4 Public endpoints",
        "a ticker bears no time, and its change of the day mixes two days",
        "its arrival is stamped; the price of a day ago comes from candles",
        (
            MARKET + "quotes_are_the_venues_own_prices_stamped_on_arrival",
            MARKET + "day_ago_is_the_open_of_the_hour_that_was_on_then",
        ),
    ),
    Row(
        "4 Public endpoints",
        "whatever is asked, only the newest 720 candles come",
        "a short memory is said, and an hour that is not there is no price",
        (
            "history/test_fetch.py::test_a_short_memory_of_the_venue_is_said",
            MARKET + "day_ago_is_unknown_when_that_hour_has_no_candle",
        ),
    ),
    Row(
        "4 Public endpoints",
        "the last candle is still open",
        "it is left out",
        (
            MARKET + "a_day_counts_as_closed_five_minutes_after_its_end",
            MARKET + "candles_come_closed_and_in_pages",
        ),
    ),
    Row(
        "4 Public endpoints",
        "a level of the book has three items",
        "price and size are read by their place",
        (
            BOOKS + "sound_books_lead_to_a_proposal",
            CARD + "x04_the_quote_is_the_top_of_the_book",
        ),
    ),
    Row(
        "4 Public endpoints",
        "with numbers as text, levels are sorted as text",
        "the raw answer is read, and a book out of order is refused",
        (BOOKS + "a_book_that_contradicts_itself_stops_everything",),
    ),
)
