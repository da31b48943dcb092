"""What answers the rules: durable-rules, and the reference that it is held against."""
