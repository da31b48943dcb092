"""What a trial asks: the ruleset's language, its model, and its lowered formulas."""
