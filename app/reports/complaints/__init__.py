"""Papers and figures of complaints: what they say, their pictures, files and prints."""
