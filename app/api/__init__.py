"""REST API v1: one file per noun, the same services and the same access as the pages."""
