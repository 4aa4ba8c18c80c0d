"""Whether readings look as if an instrument had made them."""
