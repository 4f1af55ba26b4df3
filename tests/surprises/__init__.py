"""What surprises in ccxt and at Kraken, each with the tests that fail without its guard.

The modules that end in ``rows`` are the tables: a fact, what is done about it, and the tests. Most
of them lie where their subject is tested; those that belong nowhere else are here. ``test_tables``
checks that every test of the tables exists.
"""
