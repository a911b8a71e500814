"""Accounts: what the ledgers mean in money. Points liability, claims on those who fund offers."""
