"""The nouns: frozen values without a solver or a screen."""
