"""Files in and out: what people take away, and what they bring; plain Python, without Qt."""
