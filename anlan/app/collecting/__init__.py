"""The collector (采集器): speaks the plants' protocols, keeps what it hears, sends it as a gateway (ADR 12)."""
