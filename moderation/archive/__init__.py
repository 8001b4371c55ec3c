"""One file that holds an installation: write it beside the running service, restore it elsewhere.

It holds the database, the secret key if it was made in the data dir (sessions and device tokens stay
valid; a key from the environment is the operator's to keep), and the models that were ever promoted.
Redis holds nothing that SQL cannot give back.

A restore that is killed at any moment leaves the old state or the new one: what it will move waits,
complete, in a folder `restoring`, and whoever opens the installation next goes on from there.
"""

DATABASE, DUMP, KEY = "firstword.db", "firstword.dump", "secret.key"  # parts, beside models/…
