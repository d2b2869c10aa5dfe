"""Second-round extension (二轮延包): a collective's programme, its contracts in batches, their effect in the registry."""
