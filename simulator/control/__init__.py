"""What only the bench can do to locks, and the truth about them."""
