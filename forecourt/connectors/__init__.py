"""Ways in and out: formats of tills, payments, messages. Each implements what a lower floor declares."""
