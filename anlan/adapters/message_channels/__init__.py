"""How a message leaves the house: mail, webhook, group robots, SMS and voice by a gateway, the demo's receiver."""
