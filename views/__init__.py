"""HTTP only: load, guard, validate, act, answer."""
