"""Cutting: from batches in any order to sorted rows in one canonical form."""
