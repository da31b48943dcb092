"""What EDC systems send becomes canonical records. Adapters know of facts and values, and nothing of rules."""
