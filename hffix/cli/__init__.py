"""The command line: parse, call one verb, show what it found, end with its exit status."""
