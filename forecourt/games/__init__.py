"""Games: lucky draws, wheels and quizzes with prizes, probabilities and an auditable draw."""
