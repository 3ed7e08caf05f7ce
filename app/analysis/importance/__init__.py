"""What matters: stated and derived importance (重要度)."""
