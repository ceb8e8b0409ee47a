"""Spreadsheets and CSV files, out to people and back."""
