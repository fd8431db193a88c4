"""Notes of users about a time: their list, and what is done with them."""
