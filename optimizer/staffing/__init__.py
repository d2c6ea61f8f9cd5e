"""Who is lent where, and who works which shift."""
