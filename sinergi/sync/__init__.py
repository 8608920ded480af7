"""Partners: who they are, how their logs are fetched, and what each of them has.

A node pulls (`pull`) the logs it may keep from each partner and serves (`api`) the logs a partner may read; one rule
(`rights`) decides both. A commit only rings a bell (`push`); everything is asked for again until it has arrived, so a
cut line costs time and never a fact. The wire is written down for strangers in docs/protocol/sync.md and
docs/protocol/invitation.md.
"""
