"""Thousands of policies over one history: a grid of settings, computed in parts, told honestly.

``grid_file`` reads which settings vary, ``grid`` makes policies of them, ``plan`` cuts the work
within a memory budget, ``running`` sends it through joblib, ``parts`` keeps what is computed and
``merging`` joins it into one file, ``standing`` says what the figures are worth.
"""
