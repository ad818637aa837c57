"""From a table to the runs that are analysed."""
