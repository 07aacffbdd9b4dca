"""Hold the words that people read. Cards and forms are built from values; posts read the database for theirs."""
