"""Routes of accounts, a file a noun. Claims hold what rewards cost too: their routes stand in the face that knows both."""

from ninja import Router

from forecourt.accounts.api import books, closing, funding, policies, simulated

router = Router()
for part in (policies, books, closing, funding, simulated):
    router.add_router("", part.router)
