"""The scorecard for people and for other tools; nothing here knows pytest."""
