"""SSH signatures: who signed which bytes, with the keys that people already have."""
