"""HTTP of messages: the inbox, what leaves the house, what a person wishes."""
