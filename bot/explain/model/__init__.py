"""A language model behind any server that speaks Chat Completions: asked little, trusted never."""
