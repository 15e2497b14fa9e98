"""What answers questions, behind the `LanguageModel` port."""
