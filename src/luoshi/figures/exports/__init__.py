"""An answer of a figure as files by standards: CSV on the Web, a Frictionless data package, SDMX-CSV 2.0."""
