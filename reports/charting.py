"""ECharts in this process: a chart of a page as SVG for a PDF."""

import json
import os
import re
import threading
from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders
from py_mini_racer import MiniRacer

from outlets.charts import Chart

_DRAW: Final = """
var draw = function (option, width, height) {
  var chart = echarts.init(null, null, {renderer: 'svg', ssr: true, width: width, height: height});
  try { chart.setOption(option); return chart.renderToSVGString(); } finally { chart.dispose(); }
};
"""
_STYLES: Final = re.compile(r"<style.*?</style>", re.DOTALL)
_TRACES: Final = re.compile(r' (?:class="zr[^"]*"|ecmeta_\w+="[^"]*")')
# Ids count the charts ever drawn, so they differ from one drawing to the next.
_NUMBERS: Final = re.compile(r"\bzr[0-9]+-")
_lock = threading.Lock()
_engines: dict[int, MiniRacer] = {}


def chart_svg(chart: Chart) -> str:
    """The chart as SVG text: no scripts, no style sheet, the same at every drawing."""
    call = f"draw({json.dumps(chart.option)},{chart.width},{chart.height})"
    svg = str(_engine().eval(call))
    return _NUMBERS.sub("zr-", _TRACES.sub("", _STYLES.sub("", svg)))


def _engine() -> MiniRacer:
    """The process's own JavaScript engine with ECharts loaded; a forked child makes another."""
    with _lock:
        pid = os.getpid()
        if pid not in _engines:
            engine = MiniRacer()
            engine.eval(_echarts_path().read_text(encoding="utf-8"))
            engine.eval(_DRAW)
            _engines[pid] = engine
        return _engines[pid]


def _echarts_path() -> Path:
    found = finders.find("vendor/echarts.min.js")
    if not isinstance(found, str):
        raise FileNotFoundError("vendor/echarts.min.js")
    return Path(found)
