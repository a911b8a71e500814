"""Offers: one rule language, how offers combine, budgets, who pays."""
