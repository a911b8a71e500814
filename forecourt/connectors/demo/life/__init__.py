"""What the chain did beside selling: offers, coupons, rewards, games, gatherings, families, books. A file a subject.

Each subject plans deeds in the world's diary; `World.live_until` carries them out in their order, each at its own moment,
by the commands that everybody uses.
"""
