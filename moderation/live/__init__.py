"""The work in hand: the review queue, pokes between processes and rate counters, in Redis.

Everything here can be lost and is then rebuilt from SQL; nothing here is the truth.
"""
