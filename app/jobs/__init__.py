"""Machine work: one file per job, a registry, and the backend that runs them inside the server."""
