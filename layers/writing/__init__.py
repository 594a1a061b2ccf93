"""What is checked before a row of an editable layer is written: its values, its shape, its rules."""
