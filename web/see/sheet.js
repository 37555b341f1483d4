// The sheet of paper on a table: found by its bright quadrilateral, and straightened (layerwise.see.sheet).
"use strict";

Layerwise.part(function sheet(engine) {
  const { blank, like, rounded, quantiles } = engine.pictures;
  const SIDE = 160, SMALLEST_SHEET = 0.15; // pixels at which it is looked for; its least share of the picture
  const STEP = 0.08; // across its edge the light changes by so much
  const TRIMMED = 0.02, FINEST = 2048; // cut off at each side, whose edge is never found to the pixel; the largest sheet
  const most = (values) => values.reduce((best, value, i) => (value > values[best] ? i : best), 0);

  // The corners of the largest bright quadrilateral with something darker around, (x, y) as shares of the photo's sides,
  // clockwise, that at the upper left first; or null.
  function findSheet({ height, width, colours: [red, green, blue] }) {
    const light = red.values.map((level, p) => (0.299 * level + 0.587 * green.values[p] + 0.114 * blue.values[p]) / 255);
    const grey = medianOfNine(engine.shrunk({ height, width, values: light }, SIDE));
    // A shadow may lie on the sheet, and the table may be light: no one threshold serves for all photographs.
    const [darkest, brightest] = quantiles(grey.values, [0.02, 0.98]);
    const levels = Array.from({ length: 8 }, (_, i) => Math.fround(darkest + ((i + 1) / 9) * (brightest - darkest)));
    const found = levels.map((level) => quadrilateral(grey, Uint8Array.from(grey.values, (value) => value > level))).filter(Boolean);
    return found.length ? found[most(found.map(areaOf))].map(([x, y]) => [(x + 0.5) / grey.width, (y + 0.5) / grey.height]) : null;
  }

  function medianOfNine(picture) {
    const { height, width, values } = picture, inside = (place, length) => Math.min(length - 1, Math.max(0, place)), nine = new Float32Array(9);
    return like(picture, values.map((_, p) => {
      const x = p % width, y = Math.floor(p / width);
      for (let i = 0; i < 9; i++) nine[i] = values[inside(y + Math.floor(i / 3) - 1, height) * width + inside(x + (i % 3) - 1, width)];
      return nine.sort()[4];
    }));
  }

  // --- Pieces of a mask, each pixel with its four neighbours; beyond the rim there is nothing ------------------------

  const neighbours = (p, { height, width }) =>
    [p >= width && p - width, p + width < height * width && p + width, p % width > 0 && p - 1, (p + 1) % width > 0 && p + 1];
  // So many times, each pixel with its neighbours: what is 1 in all of them, or in any.
  function changed(mask, shape, times, rule) {
    const { height, width } = shape, found = new Uint8Array(mask.length);
    for (let p = 0, y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, p++) {
        const up = y > 0 ? mask[p - width] : 0, down = y < height - 1 ? mask[p + width] : 0;
        const left = x > 0 ? mask[p - 1] : 0, right = x < width - 1 ? mask[p + 1] : 0;
        found[p] = rule === "all" ? mask[p] & up & down & left & right : mask[p] | up | down | left | right;
      }
    }
    return times > 1 ? changed(found, shape, times - 1, rule) : found;
  }

  // What hangs together with these places; `seen` marks it.
  function flooded(places, mask, shape, seen) {
    for (const p of places) seen[p] = 1;
    for (let i = 0; i < places.length; i++) {
      for (const q of neighbours(places[i], shape)) if (q !== false && mask[q] && !seen[q]) { seen[q] = 1; places.push(q); }
    }
    return places;
  }

  function largestPiece(mask, shape) {
    const seen = new Uint8Array(mask.length), pieces = [];
    for (let p = 0; p < mask.length; p++) if (mask[p] && !seen[p]) pieces.push(flooded([p], mask, shape, seen));
    const found = new Uint8Array(mask.length);
    if (pieces.length) for (const p of pieces[most(pieces.map(({ length }) => length))]) found[p] = 1;
    return found;
  }

  function withoutHoles(mask, shape) {
    const outside = mask.map((own) => 1 - own), seen = new Uint8Array(mask.length);
    const rim = [...mask.keys()].filter((p) => outside[p] && neighbours(p, shape).includes(false));
    flooded(rim, outside, shape, seen);
    return mask.map((_, p) => 1 - seen[p]);
  }

  // --- Corners -------------------------------------------------------------------------------------------------------

  // The corners of the largest bright piece, if it is a sheet.
  function quadrilateral(grey, bright) {
    const opened = changed(changed(bright, grey, 2, "all"), grey, 2, "any"); // cuts off what only touches the sheet
    const near = changed(largestPiece(opened, grey), grey, 3, "any"); // with its corners again
    const piece = withoutHoles(near.map((own, p) => own * bright[p]), grey), size = piece.reduce((sum, own) => sum + own, 0);
    if (size < SMALLEST_SHEET * piece.length) return null;
    const hull = hullOf(piece, grey);
    if (hull.length < 3) return null;
    const corners = fourCorners(hull), sides = sidesOf(corners);
    if (size < 0.88 * areaOf(corners) || areaOf(corners) < 0.9 * areaOf(hull) || Math.min(...sides) < 0.35 * Math.max(...sides)) return null;
    return edges(grey, corners) >= 3 ? corners : null;
  }

  // The convex hull, by its lower and its upper chain (Andrew 1979).
  function hullOf(piece, { height, width }) {
    const ends = Array.from({ length: height }, (_, y) => { // of each row
      const row = piece.subarray(y * width, (y + 1) * width);
      return row.includes(1) ? [[row.indexOf(1), y], [row.lastIndexOf(1), y]] : [];
    });
    const places = ends.flat().sort(([x, y], [u, v]) => x - u || y - v);
    const chain = (points) => points.reduce((kept, [x, y]) => {
      const bends = () => {
        const [[u, v], [s, t]] = kept.slice(-2);
        return (s - u) * (y - v) - (t - v) * (x - u) > 0;
      };
      while (kept.length > 1 && !bends()) kept.pop();
      kept.push([x, y]);
      return kept;
    }, []).slice(0, -1);
    return [...chain(places), ...chain(places.reverse())];
  }

  const around = (points, i) => points[(i + points.length) % points.length];

  // The four that are left when those go, one by one, which cost least area; the upper left first.
  function fourCorners(hull) {
    while (hull.length > 4) {
      const lost = hull.map(([x, y], i) => {
        const [[u, v], [s, t]] = [around(hull, i - 1), around(hull, i + 1)];
        return -Math.abs((u - x) * (t - y) - (v - y) * (s - x));
      });
      hull.splice(most(lost), 1);
    }
    const first = most(hull.map(([x, y]) => -x - y));
    return [...hull.slice(first), ...hull.slice(0, first)];
  }

  const areaOf = (points) => Math.abs(points.reduce((sum, [x, y], i) => sum + x * around(points, i - 1)[1] - y * around(points, i - 1)[0], 0)) / 2;
  const sidesOf = (points) => points.map(([x, y], i) => Math.hypot(x - around(points, i - 1)[0], y - around(points, i - 1)[1]));

  // How many sides have the sheet's light inside and less outside; the picture's own rim is none.
  function edges(grey, corners) {
    const { height, width, values } = grey, light = (x, y) => values[Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))];
    return corners.filter(([x, y], i) => {
      const [s, t] = around(corners, i + 1), length = Math.hypot(s - x, t - y), out = [(t - y) / length, (x - s) / length];
      let darker = 0;
      for (let k = 0; k < 40; k++) {
        const share = 0.1 + (0.8 * k) / 39, [u, v] = [x + share * (s - x), y + share * (t - y)];
        const at = (off) => [rounded(u + off * out[0]), rounded(v + off * out[1])], [a, b] = at(4);
        if (a < 0 || b < 0 || a >= width || b >= height) return false;
        darker += Math.fround(light(...at(-4)) - light(a, b)) > STEP;
      }
      return darker > 0.85 * 40;
    }).length;
  }

  // --- The sheet as if seen from straight above, without its edges -----------------------------------------------------

  // x of A x = b, each row of A with its b at the end.
  function solved(rows) {
    for (let k = 0; k < rows.length; k++) {
      const best = k + most(rows.slice(k).map((row) => Math.abs(row[k])));
      [rows[k], rows[best]] = [rows[best], rows[k]];
      rows.forEach((row, i) => {
        const factor = i === k ? 0 : row[k] / rows[k][k];
        if (factor) rows[k].forEach((value, j) => { row[j] -= factor * value; });
      });
    }
    return rows.map((row, k) => row[rows.length] / row[k]);
  }

  function straightened(photo, corners) {
    const places = corners.map(([x, y]) => [x * photo.width, y * photo.height]), [left, upper, right, lower] = sidesOf(places);
    const size = [(upper + lower) / 2, (left + right) / 2], scale = Math.min(1, FINEST / Math.max(...size));
    const [width, height] = size.map((side) => Math.max(8, rounded(side * scale)));
    const page = [[0, 0], [1, 0], [1, 1], [0, 1]].map(([u, v]) => [((1 + 2 * TRIMMED) * u - TRIMMED) * width, ((1 + 2 * TRIMMED) * v - TRIMMED) * height]);
    // x = (a u + b v + c) / (g u + h v + 1), and y likewise, for the four corners: eight equations.
    const [a, b, c, d, e, f, g, h] = solved(page.flatMap(([u, v], i) => {
      const [x, y] = places[i];
      return [[u, v, 1, 0, 0, 0, -x * u, -x * v, x], [0, 0, 0, u, v, 1, -y * u, -y * v, y]];
    }));
    const colours = photo.colours.map(() => blank(height, width));
    for (let p = 0, row = 0; row < height; row++) {
      for (let column = 0; column < width; column++, p++) {
        const u = column + 0.5, v = row + 0.5, under = g * u + h * v + 1, x = (a * u + b * v + c) / under, y = (d * u + e * v + f) / under;
        if (x < 0 || y < 0 || x >= photo.width || y >= photo.height) continue;
        photo.colours.forEach(({ values }, k) => { colours[k].values[p] = Math.floor(between(values, photo, x - 0.5, y - 0.5)); });
      }
    }
    return { height, width, colours };
  }

  // A straight line between neighbours, both ways.
  function between(values, { height, width }, x, y) {
    const [left, top] = [Math.floor(x), Math.floor(y)], inside = (place, length) => Math.min(length - 1, Math.max(0, place));
    const across = (row) => {
      const [one, other] = [values[row * width + inside(left, width)], values[row * width + inside(left + 1, width)]];
      return one + (other - one) * (x - left);
    };
    const upper = across(inside(top, height));
    return upper + (across(inside(top + 1, height)) - upper) * (y - top);
  }

  Object.assign(engine, { findSheet, straightened });
});
