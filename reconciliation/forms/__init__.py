"""Forms that the municipality builds itself, as XLSForm: read, refused by cell, asked on the phone, checked here."""
