"""The capstone homework: what its tests know of the leaderboard, and how they check a design of it."""
