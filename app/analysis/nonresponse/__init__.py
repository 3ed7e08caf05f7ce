"""Who did not answer: rates of return, contact and refusal."""
