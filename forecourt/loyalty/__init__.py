"""Loyalty: the programme's rulebook, tiers, and the points ledger."""
