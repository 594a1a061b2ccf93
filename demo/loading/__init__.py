"""Writing the invented town into the registers of a new instance."""
