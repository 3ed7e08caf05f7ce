"""Campaigns (调查活动): frame, return rate, gate."""
