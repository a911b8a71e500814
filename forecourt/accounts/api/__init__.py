"""Routes of accounts, a file a noun."""

from ninja import Router

from forecourt.accounts.api import books, simulated

router = Router()
for part in (books, simulated):
    router.add_router("", part.router)
