"""Routes of customers, a file a noun. Personal values come in clear and go out masked, whoever asks."""

from ninja import Router

from forecourt.customers.api import history, households, merging, people, vehicles

router = Router()
for part in (people, vehicles, history, merging, households):
    router.add_router("", part.router)
