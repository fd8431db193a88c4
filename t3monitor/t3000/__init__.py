"""The link to T3000: one module per way to reach it, and the decoding of its answers; no Qt, no database."""
