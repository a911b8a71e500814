VIEW_GAMES = "games.view"
EDIT_GAMES = "games.edit"
APPROVE_GAMES = "games.approve"
RUN_GAMES = "games.run"
"""Ending what is live, and the stock of its prizes."""
DRAW_WINNERS = "games.draw"
PLAY_GAMES = "games.play"
GIVE_CHANCES = "games.give_chances"
COLLECT_PRIZES = "games.collect"
CONFIRM_PRIZES = "games.confirm"
SET_PRIZE_CAP = "games.set_prize_cap"

ROLES = {
    VIEW_GAMES: {"head_office", "marketer", "station_manager", "cashier", "service_agent", "analyst", "compliance"},
    EDIT_GAMES: {"head_office", "marketer"},
    APPROVE_GAMES: {"head_office"},
    RUN_GAMES: {"head_office", "marketer"},
    DRAW_WINNERS: {"head_office", "marketer"},
    PLAY_GAMES: {"head_office"},
    GIVE_CHANCES: {"head_office", "marketer", "service_agent"},
    COLLECT_PRIZES: {"head_office", "station_manager", "cashier"},
    CONFIRM_PRIZES: {"head_office", "marketer", "station_manager", "cashier", "service_agent"},
    SET_PRIZE_CAP: {"head_office", "compliance"},
}
