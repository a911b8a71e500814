"""The till door: quote and post, lean and on a port and process of its own, so that no report can slow a pump."""
