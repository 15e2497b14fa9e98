"""Uploads: files of users and pictures of them."""
