"""Making texts of prompt templates, behind the `PromptRenderer` port."""
