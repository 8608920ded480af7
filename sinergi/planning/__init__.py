"""Security plans from tables: pure optimisation with proven bounds, without database, network or Django.

Docs: docs/planning.md (the model), docs/planning/check.py (checks a plan without any of this).
"""
