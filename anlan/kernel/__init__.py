"""The nouns and verbs that every bureau and every system shares."""
