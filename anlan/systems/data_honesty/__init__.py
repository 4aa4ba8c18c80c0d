"""Whether readings were made by instruments, and what people find behind those that look otherwise."""
