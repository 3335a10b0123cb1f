"""A typed Python client of any DINA API: for the pages, the command line, scripts and notebooks."""

from dina.client.api import ApiError, Client, Page, Refused, Resource, refusal

__all__ = ["ApiError", "Client", "Page", "Refused", "Resource", "refusal"]
