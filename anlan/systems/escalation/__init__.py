"""Escalation (升级): an alarm that its owner lets pass is carried upwards, rung by rung, and every call is recorded."""
