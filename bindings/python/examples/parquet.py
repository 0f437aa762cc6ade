"""Reads a Parquet file and prints who met what.

usage: parquet.py SET.sieve LOG.parquet COLUMN-OF-HOSTS COLUMN-OF-CLIENTS
"""

import sys

import pyarrow as pa
import pyarrow.parquet as pq

import netsieve


def main(sieve_path: str, log_path: str, hosts: str, clients: str) -> None:
    sieve = netsieve.open(sieve_path)
    rows = hits = 0
    # Read batch by batch, because the log may be larger than memory.
    for batch in pq.ParquetFile(log_path).iter_batches(columns=[hosts, clients]):
        rows += batch.num_rows
        mask = pa.array(sieve.is_match_array(batch[hosts]))
        met = batch.filter(mask)
        hits += met.num_rows
        matches = pa.array(sieve.match_array(met[hosts]))
        for client, host, found in zip(met[clients], met[hosts], matches, strict=True):
            for match in found.as_py():
                print(f"{client} met {host}: {match['indicator']} ({match['relation']}) of {', '.join(match['feeds'])}")
    print(f"{hits} of {rows} rows")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
