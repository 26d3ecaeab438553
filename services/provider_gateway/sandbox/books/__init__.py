"""The providers' durable books: all SQL of the sandbox."""
