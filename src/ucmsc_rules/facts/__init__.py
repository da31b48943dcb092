"""What a site reports of a subject: facts, the data dictionary, and the canonical record."""
