"""The staff's map, registers and queues."""
