"""What a plan means: sentences, tables, charts and maps, made from a plan folder alone."""
