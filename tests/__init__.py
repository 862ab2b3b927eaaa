"""Our tests are a package, so that no installed one that calls itself `tests` can take their place."""
