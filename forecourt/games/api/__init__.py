"""Routes of games, a file a noun."""

from ninja import Router

from forecourt.games.api import games, playing, prizes, proofs, reviews

router = Router()
for part in (games, reviews, playing, prizes, proofs):
    router.add_router("", part.router)
