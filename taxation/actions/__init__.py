"""What is done in taxation: each an act of a person, on a day, in one transaction."""
