"""What a study returns. Imports no numpy, so that pages may read stored results."""
