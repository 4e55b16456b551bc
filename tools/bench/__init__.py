"""`make bench`: what Headgate costs, as ratios measured in one run."""
