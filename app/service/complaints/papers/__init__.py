"""Papers and figures of complaints: plans, reports, announcements, months, training cases."""
