"""Reads of screens that span folders. Every read of sales, rollups and repairs takes the actor and its stations."""
