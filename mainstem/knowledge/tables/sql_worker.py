"""The process of one query: reads a request from its input as JSON, and answers in lines of JSON.

The first line is the list of columns, and then comes a list a row, as soon as there is one. The last line is an object:
`truncated` and `total`, or what went wrong (`refused`, `damaged`), perhaps after some rows.

It starts anew for every query, and so imports nothing of this package but the folder `sql_process`, by itself, and only
DuckDB's core beside the standard library.
"""

import sys
from importlib import import_module
from os.path import dirname

if __name__ == "__main__":
    sys.path.append(dirname(__file__))  # noqa: PTH120 (pathlib is most of what else there is to import)
    main = import_module("sql_process.main").main
    sys.path.pop()  # its neighbours are no modules of anybody
    main()
