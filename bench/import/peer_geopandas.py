"""geopandas.to_postgis as people write it: read the file, write the table, add the index."""

import sys

import geopandas
from sqlalchemy import create_engine

path, url, table, arrow = sys.argv[1:5]
if path.endswith(".parquet"):
    frame = geopandas.read_parquet(path)
else:
    frame = geopandas.read_file(path, use_arrow=arrow == "arrow")
frame.to_postgis(table, create_engine(url), schema="imported", if_exists="replace")
