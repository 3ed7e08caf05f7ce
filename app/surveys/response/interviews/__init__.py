"""Interviews at home (访员协助填写): sealed on the tablet, stored through the one answer gate."""
