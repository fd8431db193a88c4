"""What a cycle leaves in the database: present state, readings, ledger, causes, changes; at once or late."""
