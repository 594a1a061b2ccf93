"""The invented municipality for demonstrations, tests and benchmarks."""
