"""Coupons: templates, single and generic codes, batches; issued, seen, used, given back."""
