"""The report of a dry run: one HTML page, one Parquet file and an overlay to fill in, with disclosure control."""
