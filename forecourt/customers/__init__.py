"""Who buys: people and businesses, their identities and vehicles, what we know of their habits."""
