"""One module for each provider's wire. Unofficial: simulated from what is publicly known."""
