"""Pure models: numbers in, numbers out."""
