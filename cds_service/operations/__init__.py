"""What operators see: metrics, health, and the state that the workers of one machine share."""
