"""Two coverages of our own for rehearsals, `election-night` and `storm`: a page each, its pictures beside it."""
