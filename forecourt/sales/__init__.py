"""The main road: quote, post, refund, simulate. One engine over lists of sales."""
