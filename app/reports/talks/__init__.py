"""Papers of talks: record of a talk and what came of it, activity record, report to authorities."""
