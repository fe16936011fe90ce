"""The CDS Hooks 2.0 wire models: requests (msgspec), cards, feedback, discovery and errors (pydantic)."""
