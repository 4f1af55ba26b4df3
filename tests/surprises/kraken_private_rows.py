"""The same for the private endpoints, section 5."""

from tests.surprises.kraken_rows import (
    ACCOUNT,
    ASK,
    AVOIDED,
    CARD,
    FIND,
    FLOWS,
    LOST,
    PLACE,
    REQUEST,
)
from tests.surprises.row import Row

PRIVATE = (
    Row(
        "5 Private endpoints",
        "credit lines are left out of a balance",
        "BalanceEx is read raw, and a debt stops",
        (ACCOUNT + "a_debt_stops", AVOIDED),
    ),
    Row(
        "5 Private endpoints",
        "a client id is unique among open orders only, and no key to idempotency",
        "an order is sent once, whatever happens",
        (
            PLACE + "a_client_id_does_not_protect",
            CARD + "x22_a_client_id_does_not_protect",
            FIND + "two_orders_under_one_id_need_a_person",
        ),
    ),
    Row(
        "5 Private endpoints",
        "a client id has three forms, and ccxt checks none",
        "another form is refused before it is sent; whichever Kraken tells is read as our own",
        (
            REQUEST + "a_client_id_that_kraken_would_not_take_is_refused",
            FIND + "an_id_in_another_form_is_the_same_id",
            ASK + "a_flow_bears_our_own_form_of_the_id",
        ),
    ),
    Row(
        "5 Private endpoints",
        "a userref is no key either, and excludes the client id",
        "it is never sent",
        (
            PLACE + "exactly_one_request_is_sent",
            ASK + "nothing_is_sent_that_kraken_would_read_otherwise",
        ),
    ),
    Row(
        "5 Private endpoints",
        "sales pay their fee in coins unless told otherwise",
        "fees in quote are asked for, and an order without that is not guessed at",
        (
            PLACE + "exactly_one_request_is_sent",
            PLACE + "a_sale_is_told_as_a_sale",
            PLACE + "fees_in_coins_are_not_guessed",
            CARD + "x41_fills_add_up",
        ),
    ),
    Row(
        "5 Private endpoints",
        "a deadline is taken between 2 and 60 seconds ahead only",
        "an earlier one is not sent, a later one comes nearer",
        (
            REQUEST + "an_order_with_no_time_left_is_not_sent",
            REQUEST + "a_far_deadline_comes_nearer",
            LOST + "an_order_that_comes_after_its_deadline_stays_absent",
        ),
    ),
    Row(
        "5 Private endpoints",
        "QueryOrders takes 50 ids and no client id, QueryTrades 20",
        "they are asked for in parts",
        (ASK + "many_orders_are_asked_for_in_parts", PLACE + "many_trades_are_asked_for_in_parts"),
    ),
    Row(
        "5 Private endpoints",
        "histories come in pages of 50 that shift while they are read",
        "pages are read until as many rows are there as Kraken counts",
        (
            FLOWS + "a_long_ledger_is_complete",
            FLOWS + "entries_that_come_while_it_is_read_are_complete",
            FIND + "an_order_among_many_pages_is_found",
            FIND + "a_page_that_begins_too_late_is_noticed",
        ),
    ),
    Row(
        "5 Private endpoints",
        "start leaves its own instant out",
        "it is asked from earlier on, and cut here",
        (
            FLOWS + "since_is_inclusive_and_oldest_comes_first",
            CARD + "x43_flows_can_be_read_from_an_instant",
        ),
    ),
    Row(
        "5 Private endpoints",
        "cancelling what is gone is an error",
        "it is none here",
        (
            FIND + "cancelling_what_is_over_is_no_error",
            CARD + "x23_cancelling_what_is_over_is_no_error",
        ),
    ),
    Row(
        "5 Private endpoints",
        "a new order may not be shown yet, nor its trades",
        "three places are asked, fills must add up, and reads are repeated",
        (
            FIND + "trades_tell_of_an_order_that_the_lists_do_not_show_yet",
            FIND + "fills_that_do_not_add_up_are_not_told",
            PLACE + "a_slow_book_keeping_is_waited_for",
            FLOWS + "a_trade_whose_order_is_not_told_yet_is_waited_for",
        ),
    ),
    Row(
        "5 Private endpoints",
        "an unknown pair silently becomes the name of a market",
        "an order in it is not read",
        (ASK + "an_order_in_a_pair_that_nobody_knows_is_not_read",),
    ),
)
