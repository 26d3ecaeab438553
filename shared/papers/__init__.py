"""Vietnamese administrative papers as .xlsx and .pdf: how a sheet is laid out from a template and drawn. No SQL, no HTTP.

Each service fills sheets of its own (`services/<name>/documents/`). `templates/` here holds what their papers share: the words of
offices (`office.toml`) and how a page looks (`document.typ`). A province's own folder replaces any template by name.
"""
