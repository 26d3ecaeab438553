"""Reading a commune's list of beneficiaries: pure rules, no files, no database."""
