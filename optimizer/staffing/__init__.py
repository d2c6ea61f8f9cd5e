"""Who is lent to whom, and who works which shift."""
