"""What T3000 itself logged, as points, times and vectors of ours: of its files and of its web service."""
