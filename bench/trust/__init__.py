"""What asking for rights and logging changes costs."""
