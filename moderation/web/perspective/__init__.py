"""The wire protocol of Google's Perspective API ("Comment Analyzer", v1alpha1), answered by our own model.

Clients parse its messages, so statuses, texts and shapes are met to the letter, odd ones included; where
Google's service could not be asked, docs/perspective.md says what we decided.
"""
