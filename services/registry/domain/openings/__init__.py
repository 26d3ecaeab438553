"""What was owed, uncollected or to be recovered before ChiTra began: reading such lists, and agreeing on them. Pure rules."""
