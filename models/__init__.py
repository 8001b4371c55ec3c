"""What a classifier is: text, features, calibrated scores, reasons, and the file format of a trained one.

Needs numpy and one table of look-alike characters; knows nothing of SQL, Redis, HTTP or training.
"""
