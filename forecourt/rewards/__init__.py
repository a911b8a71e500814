"""Rewards: a catalogue of what points buy, and its redemptions."""
