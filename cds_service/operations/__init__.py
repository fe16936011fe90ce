"""What operators see and steer: counts, health, and what the workers of one machine share. No call is judged here."""
