"""Papers of an authority, as .xlsx and .pdf: what was gathered goes in, bytes come out. No SQL, no HTTP.

`templates/` holds what an office may want otherwise, as files: words and columns (`*.toml`). `shared/papers/` lays them out and
draws them.
"""
