"""A trained entity recogniser held against the rules; nothing of it is shipped."""
