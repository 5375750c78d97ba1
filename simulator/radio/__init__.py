"""The radio between one hub and one lock, as pure functions of a state, a time and a chance."""
