"""The invented town as pure functions: numbers and shapes in, numbers and shapes out, no database."""
