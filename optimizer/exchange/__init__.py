"""Reads what people type: CSV tables and YAML scenarios; every fault at once, none guessed away."""
