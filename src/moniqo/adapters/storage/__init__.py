"""Where uploaded bytes lie: a folder, S3, or this process alone."""
