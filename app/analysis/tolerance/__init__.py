"""Is it inside the zone of tolerance (容忍区间)?"""
