"""Alarm judgement: readings, ticks and controls in; transitions out (报警判定)."""
