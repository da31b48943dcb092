"""Where facts and rules meet: one interval for each measure that a ruleset names."""
