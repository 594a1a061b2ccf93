"""WFS 2.0 and WMS 1.3 to read by older clients, over the same collections and policy (ADR 0106, 0107)."""
