"""Commands of games."""

from forecourt.games.services.claims import collect_claim, expire_claims
from forecourt.games.services.confirming import confirm_prize, decline_prize, pass_prize, pass_unconfirmed
from forecourt.games.services.drawing import draw_winners, freeze_draw, give_at_once, give_prizes
from forecourt.games.services.entering import enter_draw, give_chances
from forecourt.games.services.games import (
    copy_game,
    delete_draft,
    end_game,
    end_games,
    restock_prize,
    save_game,
    set_prize_cap,
)
from forecourt.games.services.playing import spin_wheel
from forecourt.games.services.quizzes import answer_quiz, start_quiz
from forecourt.games.services.reviews import approve_game, refuse_game, submit_game, withdraw_game

__all__ = [
    "answer_quiz",
    "approve_game",
    "collect_claim",
    "confirm_prize",
    "copy_game",
    "decline_prize",
    "delete_draft",
    "draw_winners",
    "end_game",
    "end_games",
    "enter_draw",
    "expire_claims",
    "freeze_draw",
    "give_at_once",
    "give_chances",
    "give_prizes",
    "pass_prize",
    "pass_unconfirmed",
    "refuse_game",
    "restock_prize",
    "save_game",
    "set_prize_cap",
    "spin_wheel",
    "start_quiz",
    "submit_game",
    "withdraw_game",
]
