"""The transparency log: envelopes, trees, checkpoints, keys, the store and its checks."""
