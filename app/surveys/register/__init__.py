"""Register (名册): communities, buildings, households, owners, important customers."""
