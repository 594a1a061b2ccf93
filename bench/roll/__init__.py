"""The roll run beside a bare INSERT … SELECT of the same rows, and beside bulk_create."""
