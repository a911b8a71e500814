"""Other software that is measured beside Forecourt, each in an environment of its own."""
