"""The change log in the target: its tables, its append-only rows, and the chain that binds them."""
