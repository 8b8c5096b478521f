"""Where the world meets the house: transactions, security, languages, errors, assets."""
