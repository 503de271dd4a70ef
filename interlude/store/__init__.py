"""Everything Interlude remembers: SQLAlchemy tables, one module a subject, sealed free text."""
