"""The nouns: immutable values without behaviour of their own."""
