"""The monthly report, as .xlsx and .pdf: what was gathered goes in, bytes come out. No SQL, no HTTP."""
