"""Which communities are held at this moment, and which results of many still hold them."""
