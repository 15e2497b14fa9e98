"""Files and pictures of users over HTTP."""
