"""Early signs: what moves towards its limit before it is there."""
