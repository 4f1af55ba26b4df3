"""Thousands of policies over one history: a grid of settings, computed in parts, told honestly.

``grid_file`` reads which settings vary, ``grid`` makes policies of them, ``readable`` cuts off what
is sealed, ``counting`` logs what will be tried, ``memory`` cuts the work within a budget,
``running`` sends it through joblib, ``parts`` keeps what is computed and ``merging`` joins it into
one file, ``standing`` says what the figures are worth.
"""
