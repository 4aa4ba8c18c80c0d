"""The works of a bureau's monitoring desk: figures of a period, bulletins, online rounds."""
