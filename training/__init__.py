"""How a classifier is made: data, split, fit, calibrate, examine, card. Needs no database and no Redis."""
