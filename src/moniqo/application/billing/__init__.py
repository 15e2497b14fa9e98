"""Plans, subscriptions and quotas."""
