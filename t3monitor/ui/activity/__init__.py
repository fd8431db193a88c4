"""The drawer below: the log and the ledger of cycles."""
