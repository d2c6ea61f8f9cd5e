"""What every room that decides shares: blocks into one sparse matrix, the door to OR-Tools, faces.

It knows no beds, patients or people.
"""
