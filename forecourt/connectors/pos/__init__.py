"""What points of sale write and say: NAXML, Verifone, CSV, JSON Lines; the watched inbox."""
