"""A small real Kraken on 127.0.0.1: public and private REST, accounts, books, and bad days.

kraken = Kraken(clock, {"ZUSD": "10000", "XXBT": "0.5"})
key = kraken.issue_key(TRADING)
async with KrakenServer(kraken) as server:
    client = ccxt.kraken({"apiKey": key.public, "secret": key.secret, "urls": server.urls})
    kraken.market("BTC/USD").set_book(bids=[("49990", "1")], asks=[("50000", "0.3")])
    kraken.misbehave("AddOrder", Disconnects(), nth=2)

The parts: ``exchange`` (what a test holds), ``server`` (HTTP), ``faults`` and ``storm`` (bad days),
``owner`` (what the owner does by hand), ``record`` (what was received), ``matching`` and ``books``,
``ledger``, ``keys``, ``limits``, ``listings``; ``private_*`` and ``public`` speak the endpoints.
"""
