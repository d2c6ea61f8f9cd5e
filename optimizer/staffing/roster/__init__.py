"""The shift roster of one facility: rules as rows, solved by CP-SAT, bounded by linear programs."""
