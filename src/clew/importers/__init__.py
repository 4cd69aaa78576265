"""Foreign records -> acts: one importer per file, handing over :class:`~clew.importers.foreign.Foreign` sessions."""
