"""Harvesting of sites, without Prefect: definitions, polite fetching, keeping, and a visit from all three."""
