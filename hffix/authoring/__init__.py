"""What a script uses: Fix with its scopes, the contracts of its functions, and how a script is loaded."""
