"""T3000's own databases, read beside T3000 and imported into ours."""
