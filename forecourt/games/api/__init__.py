"""Routes of games, a file a noun."""

from ninja import Router

from forecourt.games.api import drafts, games, playing, prizes, proofs, reviews, running

router = Router()
for part in (games, drafts, reviews, running, playing, prizes, proofs):
    router.add_router("", part.router)
