"""Ledgers: recognising columns and reading values.

A ledger is a table of assets as some municipality keeps it. `recognise` decides which column feeds which field,
`reading.read_chunk` turns a chunk of raw columns into typed columns ready for COPY. Every distinct text of a column
is parsed once; what cannot be read is a value (`Fault`), never an exception.
"""
