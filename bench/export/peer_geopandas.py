"""Export as people write it with geopandas: read the table, write the file."""

import sys

import geopandas
from sqlalchemy import create_engine

url, out = sys.argv[1:3]
frame = geopandas.read_postgis("SELECT * FROM imported.bench_export", create_engine(url))
if out.endswith(".parquet"):
    frame.to_parquet(out)
else:
    frame.to_file(out, driver="GPKG")
