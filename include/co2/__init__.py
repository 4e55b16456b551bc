"""Atmospheric CO2 over Mauna Loa, four weeks ahead."""
