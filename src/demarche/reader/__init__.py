"""The reader: an article in; its claims, its events and a draft case out."""
