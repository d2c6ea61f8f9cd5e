"""What a plan means: figures, sentences, charts."""
