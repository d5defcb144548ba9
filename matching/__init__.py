"""The rules of matching: pure functions on plain values, without a database or a web page."""
