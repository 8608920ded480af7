"""A feature that exists only for tests of the exchange: agencies say things under an agreement."""
