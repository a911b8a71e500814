"""What others may ask of customers."""

from forecourt.customers.queries.recognition import family_ids, owners, phone_region, resolve, survivor_of

__all__ = ["family_ids", "owners", "phone_region", "resolve", "survivor_of"]
