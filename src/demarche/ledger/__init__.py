"""The ledger: every forecast kept, resolved and scored; append-only, hash-chained."""
