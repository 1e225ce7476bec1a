"""Charts that a notebook shows without a network: Altair's own fetch their program from one."""

from typing import Any

import altair as alt
import vl_convert


class SvgChart(alt.VConcatChart):
    """Charts below each other, drawn here and shown as SVG."""

    def _repr_mimebundle_(self, *args: Any, **kwargs: Any) -> dict[str, str]:
        return {"image/svg+xml": vl_convert.vegalite_to_svg(self.to_json())}
