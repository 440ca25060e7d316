"""The API for machines, under `/api/`: OpenAPI 3.1, problem+json, a token for each person who lets one act for them."""
