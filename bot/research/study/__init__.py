"""Real history -> the standard comparison, as one report that stands alone and a JSON beside it.

``history`` reads the data, ``portfolios`` says what is compared and when, ``tried`` counts it,
``living`` runs it, ``findings`` and ``claims`` put intervals and verdicts on it, ``page`` makes the
report.
Nothing here sends, stores or decides anything for an account. Source: METHODS 6.
"""
