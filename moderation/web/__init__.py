"""HTTP: parse, call one action, render."""
