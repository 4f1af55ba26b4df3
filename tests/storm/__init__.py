"""A fault storm: seeded runs of a plan at an emulated Kraken, with faults and a sudden death each.

``python -m tests.storm`` prints what came of 2,000 runs; ``--seed N`` tells run N alone.

The parts: ``situations`` (accounts and approved plans), ``weather`` (what goes wrong, from a seed),
``venue`` (the exchange, in a process of its own), ``board`` (time and steps, shared by all
processes), ``life`` (a bot that may die), ``run`` (one run from the approval to rest), ``audit``
(the exchange's books against the bot's), ``totals`` (the table), ``sabotage`` (guards taken away,
to prove that the storm would see it).
"""
