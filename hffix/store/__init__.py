"""The project's files: hffix.toml, change sets, statements, receipts, backups, the journal, the scripts' history."""
