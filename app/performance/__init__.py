"""After the signature: rents that fall due, demands, changes, disputes, and how a contract ends (procedure 1.2, E15)."""
