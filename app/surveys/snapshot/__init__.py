"""Snapshots (数据快照): the frozen input of every statistic."""
