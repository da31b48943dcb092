"""What comes out: findings, evidence, needs and reports."""
