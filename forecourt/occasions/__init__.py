"""Occasions: birthdays and anniversaries, what tiers bring, referrals, member events."""
