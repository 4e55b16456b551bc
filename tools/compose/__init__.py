"""The compose file, tried for real: brought up from nothing, used, disturbed, looked at."""
