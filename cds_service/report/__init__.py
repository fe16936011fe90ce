"""What a call or a text came to, as plain values and in words: for `try`, `read` and the page to try it."""
