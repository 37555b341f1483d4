// Charts of layers and updates, as the text of an SVG.
"use strict";

(function charts(engine) {
  const { power, written } = engine.words, { fixed, text, line, MARKERS } = engine.marks;
  const LEFT = 58, RIGHT = 14, TOP = 12, BOTTOM = 42, ZERO = 20; // ZERO: the strip for what is exactly 0

  // At most `most` whole numbers from low to high, evenly apart.
  function ticks(low, high, most) {
    const step = [1, 2, 5, 10, 20, 50, 100, 200].find((size) => (high - low) / size <= most) ?? 500;
    const found = [];
    for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) found.push(tick);
    return found;
  }

  // Lines over the layers 1..last on a logarithmic axis.
  // series: [{look, marker, values, low, high, loose}], values[r - 1] for layer r; low and high, where given, are a band;
  // loose: markers without a line.
  function layers({ width, height, series, last, yLabel, xLabel = "layer", notes = ["← next to the input", "output →"] }) {
    const numbers = series.flatMap(({ values, low = [], high = [] }) => [...values, ...low, ...high]);
    const sizes = numbers.filter((value) => value > 0 && Number.isFinite(value)).map(Math.log10);
    const zeros = numbers.some((value) => value === 0);
    let bottom = Math.floor(Math.min(...sizes, 0)), top = Math.ceil(Math.max(...sizes, bottom + 2));
    if (sizes.length === 0) [bottom, top] = [-2, 0];
    const floor = height - BOTTOM - (zeros ? ZERO : 0);
    const x = (r) => LEFT + 8 + ((r - 1) / Math.max(1, last - 1)) * (width - LEFT - RIGHT - 16);
    const y = (value) => (value === 0 ? floor + ZERO - 6 : floor - ((Math.log10(value) - bottom) / (top - bottom)) * (floor - TOP));
    const drawable = (value) => value >= 0 && Number.isFinite(value);
    const out = [];
    for (const tick of ticks(bottom, top, 7)) {
      out.push(line(LEFT, y(10 ** tick), width - RIGHT, y(10 ** tick), "grid"));
      out.push(text(LEFT - 7, y(10 ** tick) + 4, power(tick), "", "end"));
    }
    if (zeros) out.push(text(LEFT - 7, y(0) + 4, "exactly 0", "note", "end"), line(LEFT, floor + 4, width - RIGHT, floor + 4, "axis"));
    for (const tick of [1, ...ticks(2, last, width < 500 ? 5 : 8).filter((tick) => tick > 2)]) {
      out.push(text(x(tick), height - BOTTOM + 17, tick));
    }
    out.push(line(LEFT, height - BOTTOM, width - RIGHT, height - BOTTOM, "axis"));
    out.push(text((LEFT + width - RIGHT) / 2, height - 6, xLabel, "label"));
    out.push(text(LEFT, height - 6, notes[0], "note", "start"), text(width - RIGHT, height - 6, notes[1], "note", "end"));
    out.push(`<text class="label" transform="translate(13 ${(TOP + floor) / 2}) rotate(-90)" text-anchor="middle">${yLabel}</text>`);
    for (const { look, marker, values, low, high, loose } of series) {
      const points = values.map((value, i) => [value, x(i + 1)]).filter(([value]) => drawable(value));
      if (low) {
        const edge = (band) => band.map((value, i) => `${fixed(x(i + 1))},${fixed(y(drawable(value) ? value : 0))}`);
        out.push(`<polygon class="band ${look}" points="${[...edge(high), ...edge(low).reverse()].join(" ")}"/>`);
      }
      if (!loose) out.push(`<polyline class="line ${look}" points="${points.map(([value, at]) => `${fixed(at)},${fixed(y(value))}`).join(" ")}"/>`);
      if (marker) out.push(...points.map(([value, at]) => `<g class="${look} ${value === 0 ? "hollow" : "mark"}">${MARKERS[marker](at, y(value))}</g>`));
    }
    return out.join("");
  }

  // A curve over the updates. ends: what the axis shows; guide: a value to compare with, and its name.
  function curve({ width, height, points, ends: [low, high], last, look, guide, title, form }) {
    const left = 44, x = (updates) => left + (updates / Math.max(1, last)) * (width - left - RIGHT);
    const y = (value) => height - 34 - ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * (height - 34 - 26);
    const out = [text(left, 14, title, "label", "start")];
    for (const tick of [low, (low + high) / 2, high]) {
      out.push(line(left, y(tick), width - RIGHT, y(tick), "grid"), text(left - 6, y(tick) + 4, form(tick), "", "end"));
    }
    if (guide) out.push(line(left, y(guide[0]), width - RIGHT, y(guide[0]), "theory line"), text(width - RIGHT, y(guide[0]) - 5, guide[1], "note", "end"));
    out.push(text(left, height - 18, "0"), text(width - RIGHT, height - 18, last.toLocaleString("en"), "", "end"));
    out.push(text((left + width) / 2, height - 5, "updates", "label"));
    const drawn = points.filter(([, value]) => Number.isFinite(value));
    out.push(`<polyline class="line ${look}" points="${drawn.map(([at, value]) => `${fixed(x(at))},${fixed(y(value))}`).join(" ")}"/>`);
    return out.join("");
  }

  // Bars side by side; labels: what stands below them, where anything does.
  function bars({ width, height, values, labels, look, title, below }) {
    const largest = Math.max(1, ...values), step = (width - 16) / values.length, floor = height - 34;
    const out = [text(8, 14, title, "label", "start"), line(8, floor, width - 8, floor, "axis")];
    values.forEach((value, i) => {
      const size = (value / largest) * (floor - 30);
      out.push(`<rect class="bar ${look}" x="${fixed(8 + (i + 0.08) * step)}" y="${fixed(floor - size)}" width="${fixed(0.84 * step)}" height="${fixed(size)}"/>`);
      if (labels[i] !== "") out.push(text(8 + (i + 0.5) * step, floor + 15, labels[i]));
    });
    out.push(text(width / 2, height - 5, below, "label"));
    return out.join("");
  }

  // A histogram of 41 bins from -limit to limit.
  function histogram({ width, height, counts, limit, look, title }) {
    const labels = counts.map((_, i) => (i === 20 ? "0" : i === 3 ? `−${written(limit)}` : i === 37 ? written(limit) : ""));
    return bars({ width, height, values: counts, labels, look, title, below: "" });
  }

  engine.charts = { layers, curve, bars, histogram };
})(Layerwise);
