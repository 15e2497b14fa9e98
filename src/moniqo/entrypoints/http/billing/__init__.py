"""Plans and subscriptions over HTTP."""
