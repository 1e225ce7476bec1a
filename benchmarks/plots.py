"""Charts as SVG files, by altair (group `notebook`); without it the page has its tables alone."""

from pathlib import Path

from benchmarks.section import Chart


def draw(chart: Chart, folder: Path) -> str:
    """Write the chart and return its file's name; empty where altair is not installed, or nothing is to be drawn."""
    try:
        import altair
        import vl_convert  # noqa: F401 - what altair saves an SVG with
    except ImportError:
        return ""
    if not chart.rows:
        return ""
    folder.mkdir(exist_ok=True)
    scale = altair.Scale(type="log") if chart.log else altair.Scale()
    base = altair.Chart(altair.Data(values=chart.rows), title=chart.title, width=520)
    if chart.line:
        shape = base.mark_line(point=True).encode(
            x=altair.X(f"{chart.x}:Q", scale=scale),
            y=altair.Y(f"{chart.y}:Q", scale=scale),
            color=altair.Color("subject:N", title=None),
        )
    else:
        value = altair.X(f"{chart.x}:Q")
        shape = base.mark_bar().encode(x=value, y=altair.Y(f"{chart.y}:N", sort=None, title=None))
        shape += shape.mark_text(align="left", dx=4).encode(text=altair.Text(f"{chart.x}:Q", format=",.0f"))
    file = folder / f"{chart.file}.svg"
    shape.save(str(file))
    return file.name
