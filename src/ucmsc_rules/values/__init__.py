"""What can be known of a value: truth, intervals, dates and units."""
