"""Who sends a request, and what they may do: `authenticate(headers) -> User`, roles by route, the cookie, and rates."""
