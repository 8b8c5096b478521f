"""Ready-made Definitions and demo data: used by the gallery page, the demo and the tests alike."""
