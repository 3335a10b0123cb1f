"""Bulk edit: which specimens, what becomes of which fields, seen before it is done; and cells typed over in a grid."""
