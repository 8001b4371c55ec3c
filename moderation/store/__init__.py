"""SQL, the truth: tables, sessions, the group-commit writer, one module of statements per noun."""
