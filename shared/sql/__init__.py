"""SQL scripts that every installation shares: roles, schemas, the business clock, partitions, outbox and inbox."""
