"""Run as a program: a Vega-Lite specification on standard input, its SVG on standard output.

Its argument is the folder that vl-convert lies in: without `site` it starts in half the time.
"""

import json
import sys


def main() -> None:
    """Draw one chart."""
    sys.path.append(sys.argv[1])
    import vl_convert

    spec = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]).encode())


if __name__ == "__main__":
    main()
