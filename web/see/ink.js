// Ink on paper (layerwise.see.ink): a drawing as the pen leaves it, marks and strokes.
//
// Here the paper is plain and lighter than the ink; a photo has to be asked for both.
"use strict";

Layerwise.part(function ink(engine) {
  const { blank, like, longest, rounded, part, largest, smallest, means, spread, quantiles } = engine.pictures;
  const SIDE = 256; // of the paper, in pixels
  const PEN = 230; // how much darker the ink is than the paper, of 255 levels
  const FAINTEST = 0.1; // ink takes away at least this share of the light
  const STROKE_SPAN = 1 / 3; // whatever is wider than this share of the picture is background: of a drawing, a blot
  const BINS = 64;

  // strokes: lists of points [x, y], in pixels; pen: its width. A pixel is covered as far as its middle lies inside.
  function drawn(strokes, pen) {
    const covered = new Float64Array(SIDE * SIDE), radius = pen / 2;
    for (const stroke of strokes) {
      for (let i = 0; i < Math.max(1, stroke.length - 1); i++) {
        const [x, y] = stroke[i], [to, down] = stroke[Math.min(i + 1, stroke.length - 1)];
        const across = to - x, along = down - y, square = across * across + along * along;
        const [left, right] = [Math.min(x, to) - radius - 1, Math.max(x, to) + radius + 1];
        const [top, bottom] = [Math.min(y, down) - radius - 1, Math.max(y, down) + radius + 1];
        for (let row = Math.max(0, Math.floor(top)); row < Math.min(SIDE, bottom); row++) {
          for (let column = Math.max(0, Math.floor(left)); column < Math.min(SIDE, right); column++) {
            const u = column + 0.5 - x, v = row + 0.5 - y;
            const t = square > 0 ? Math.min(1, Math.max(0, (u * across + v * along) / square)) : 0;
            const distance = Math.sqrt((u - t * across) * (u - t * across) + (v - t * along) * (v - t * along));
            const place = row * SIDE + column;
            covered[place] = Math.max(covered[place], Math.min(1, radius + 0.5 - distance));
          }
        }
      }
    }
    const page = blank(SIDE, SIDE);
    page.values.set(covered.map((share) => Math.floor(255 - PEN * share + 0.5) / 255));
    return page;
  }

  // The share of the light that is missing.
  function inkOf(view) {
    const background = backgroundOf(view).values;
    return like(view, view.values.map((light, p) => Math.min(1, Math.max(0, 1 - Math.fround(light / background[p])))));
  }

  // The light on the paper.
  function backgroundOf(view) {
    const light = withoutStrokes(means(view, ["y", "x"], 3));
    return like(light, light.values.map((value) => Math.max(value, 0.02)));
  }

  // A closing, which fills whatever is narrower than `STROKE_SPAN`. The picture goes on beyond its rim.
  function withoutStrokes(picture) {
    const { height, width, values } = picture, half = rounded(STROKE_SPAN * longest(picture)) >> 1;
    // Of a drawing, almost always, all is paper as soon as each pixel has taken the largest value around it.
    const rim = values.every((value, p) => value === values[0] || (p >= width && p < values.length - width && p % width > 0 && (p + 1) % width > 0));
    if (rim) {
      const found = largest(picture, ["x", "y"], half);
      if (found.values.every((value) => value === values[0])) return found;
    }
    const wide = blank(height + 2 * half, width + 2 * half);
    const inside = (place, length) => Math.min(length - 1, Math.max(0, place - half));
    for (let p = 0, y = 0; y < wide.height; y++) {
      for (let x = 0; x < wide.width; x++, p++) wide.values[p] = values[inside(y, height) * width + inside(x, width)];
    }
    return part(smallest(largest(wide, ["y", "x"], half), ["y", "x"], half), half, half, height, width);
  }

  // Where there is more ink than grain of the paper explains: 1 there, and 0 elsewhere.
  function findMarks(ink) {
    const [low, middle] = quantiles(ink.values, [0.05, 0.3]);
    const least = Math.fround(Math.max(middle + 5 * (middle - low), FAINTEST));
    return like(ink, ink.values.map((value) => Number(value > least)));
  }

  // The strong marks, and whatever is more than half as strong and hangs together with them.
  function strokesOf(ink, marks) {
    const values = ink.values.filter((_, p) => marks.values[p]);
    if (values.length === 0) return marks;
    const threshold = otsu(values), strong = Math.fround(threshold), weak = Math.fround(0.6 * threshold);
    const found = blank(ink.height, ink.width), places = [], allowed = new Uint8Array(ink.values.length);
    for (let p = 0; p < allowed.length; p++) {
      if (!marks.values[p]) continue;
      if (ink.values[p] > strong) { found.values[p] = 1; places.push(p); }
      allowed[p] = ink.values[p] > weak;
    }
    spread(ink, places, allowed, found.values);
    return found;
  }

  // The threshold that parts values into two groups with the largest variance between them (Otsu 1979).
  function otsu(values) {
    let low = values.reduce((least, value) => Math.min(least, value), Infinity);
    let high = values.reduce((most, value) => Math.max(most, value), -Infinity);
    if (low === high) { low -= 0.5; high += 0.5; }
    const step = (high - low) / BINS, counts = new Array(BINS).fill(0);
    const edges = Array.from({ length: BINS + 1 }, (_, i) => (i === BINS ? high : i * step + low));
    for (const value of values) {
      let bin = Math.min(BINS - 1, Math.trunc(((value - low) / (high - low)) * BINS));
      if (value < edges[bin]) bin -= 1;
      else if (value >= edges[bin + 1] && bin < BINS - 1) bin += 1;
      counts[bin] += 1;
    }
    if (Math.max(...counts) === values.length) return edges[0];
    const sums = counts.map((count, i) => (count * (edges[i] + edges[i + 1])) / 2);
    const total = sums.reduce((sum, one) => sum + one, 0);
    let below = 0, sum = 0, best = -1, threshold = edges[1];
    for (let i = 0; i < BINS - 1; i++) {
      below += counts[i];
      sum += sums[i];
      const above = values.length - below, apart = sum / below - (total - sum) / above;
      const between = below * above * apart * apart;
      if (between > best) { best = between; threshold = edges[i + 1]; }
    }
    return threshold;
  }

  engine.ink = { SIDE, drawn, withoutStrokes, inkOf, findMarks, strokesOf };
});
