"""From winning to the archive: result, objections, default, contract, payment, certificate."""
