"""Standing duties on screen: voter-data updates, contacts, joint training."""
