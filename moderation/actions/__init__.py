"""What can be done: one verb a module, each load → decide → save."""
