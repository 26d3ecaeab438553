"""Office files: bytes in, cells out, and the data files the rules are read against."""
