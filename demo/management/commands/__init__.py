"""Commands of the demo municipality."""
