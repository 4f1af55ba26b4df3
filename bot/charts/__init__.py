"""Pictures as values -> PNG and SVG, for chats and reports; the only home of matplotlib.

``look``, ``words``, ``reports`` and ``draw`` can be imported at no cost: what draws, and with it
matplotlib, is loaded when the first picture is drawn.
"""
