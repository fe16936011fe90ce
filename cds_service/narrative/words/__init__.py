"""Text into words and items: tokens, the content's phrases and their marks, times. Every other room builds on it."""
