"""Photos that go with an owner's words: read safely, kept sealed, shown to who may read them."""
