"""From a request to a proposal: plots loaded from the register, operations run, numbers given."""
