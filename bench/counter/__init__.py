"""Bills as PDF, and the account page of a party with 200 bills."""
