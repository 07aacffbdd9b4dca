"""All words that people read. Values in, cards out: nothing here asks a database or Discord."""
