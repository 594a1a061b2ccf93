"""Refusals of those who run a portal, in plain words on their console."""


class NotABackup(Exception):
    """The file is no backup, or one that cannot be trusted."""


class CannotRestore(Exception):
    """This instance cannot take this backup; the text says why and what to do."""


class CannotBackUp(Exception):
    """The backup cannot be made; the text says why and what to do."""
