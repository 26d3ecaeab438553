"""Facts with their sources, each row dated; rows marked FROM MEMORY in `source` need a lawyer's eye."""
