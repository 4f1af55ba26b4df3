"""How well a language model does on stored fact tables: asked, checked, measured."""
