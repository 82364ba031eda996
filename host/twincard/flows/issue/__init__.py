"""Two blank cards become a pair: an original with its key, and its backup."""
