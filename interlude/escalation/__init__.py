"""A risk gets a human: the case, who is paged and when, what the patient is told meanwhile."""
