"""Staff and citizens, their roles and tokens, and the one policy."""
