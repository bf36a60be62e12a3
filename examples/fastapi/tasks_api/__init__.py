"""The tasks API of api/openapi.yaml, in FastAPI: whoever signs in with Better Auth has their own tasks and tags."""
