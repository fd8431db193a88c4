"""The readings of points: read of a database, thinned, compared and summed up."""
