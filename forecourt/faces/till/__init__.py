"""The till door: quote, reserve, post, redeem; lean, on a port and process of its own, so that no report can slow a pump."""
