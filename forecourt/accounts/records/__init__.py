"""Set-based writes of accounts: the daily close, and what claims hold."""

from forecourt.accounts.records.claims import delete_rows, fill_claim
from forecourt.accounts.records.closing import Cut, book, gather, save_close, wait_for_writers

__all__ = ["Cut", "book", "delete_rows", "fill_claim", "gather", "save_close", "wait_for_writers"]
