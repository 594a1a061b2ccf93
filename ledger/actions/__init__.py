"""What is done with the ledger: each an act of a person, on a business day, in one transaction."""
