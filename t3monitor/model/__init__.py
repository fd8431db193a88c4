"""The values of the field: panels, their points, one answer of T3000, what a cycle reports; standard library only."""
