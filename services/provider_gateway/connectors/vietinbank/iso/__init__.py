"""ISO 20022 as the bank and we write it to each other: pain.001 out; pain.002, camt.054, camt.053 and pacs.004 in."""
