"""The nouns: frozen values; no solver, no screen."""
