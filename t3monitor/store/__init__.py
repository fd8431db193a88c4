"""The SQLite file: present state, history as vectors, and the ledger of cycles."""
