"""Review meetings after a campaign: who met, what was decided, whether it was done."""
