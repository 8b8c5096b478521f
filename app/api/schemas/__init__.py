"""Shapes of requests and answers, one noun a file; a load schema belongs to one action only."""
