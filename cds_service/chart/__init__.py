"""Turn resources, and the statements in their texts, into one chart of facts."""
