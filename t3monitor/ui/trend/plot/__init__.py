"""What is drawn over the time axis: curves, lanes and their axes."""
