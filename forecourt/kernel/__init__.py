"""What every floor stands on: money, time, ids, secrets, the event log, audit, actors. Knows no fuel."""
