// Pictures and what the steps do to them. A picture is {height, width, values}, one number a pixel, row by row, in
// float32 as in the package.
"use strict";

Layerwise.part(function pictures(engine) {
  const blank = (height, width) => ({ height, width, values: new Float32Array(height * width) });
  const like = (picture, values) => ({ height: picture.height, width: picture.width, values });
  const longest = ({ height, width }) => Math.max(height, width);

  // To the nearest whole number, halves to the even one, as Python rounds.
  const rounded = (x) => (x - Math.floor(x) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

  // A part of a picture; beyond its rim it is 0.
  function part(picture, top, left, height, width) {
    const found = blank(height, width);
    for (let y = Math.max(0, -top); y < Math.min(height, picture.height - top); y++) {
      for (let x = Math.max(0, -left); x < Math.min(width, picture.width - left); x++) {
        found.values[y * width + x] = picture.values[(y + top) * picture.width + x + left];
      }
    }
    return found;
  }

  // The box around what is larger than a limit, or null: {top, bottom, left, right}, the ends not included.
  function boxAround({ height, width, values }, limit = 0) {
    let top = height, bottom = 0, left = width, right = 0;
    for (let p = 0, y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, p++) {
        if (!(values[p] > limit)) continue;
        if (y < top) top = y;
        if (x < left) left = x;
        if (x >= right) right = x + 1;
        bottom = y + 1;
      }
    }
    return bottom ? { top, bottom, left, right } : null;
  }

  const longerSide = (box) => (box ? Math.max(box.bottom - box.top, box.right - box.left) : 0);

  // Along both axes in turn: work(line, result) makes a new row or column of an old one.
  function alongAxes({ height, width, values }, axes, work) {
    const found = like({ height, width }, values.slice());
    for (const axis of axes) {
      const [lines, length, step, next] = axis === "x" ? [height, width, 1, width] : [width, height, width, 1];
      const line = new Float64Array(length), result = new Float64Array(length);
      for (let i = 0; i < lines; i++) {
        for (let k = 0; k < length; k++) line[k] = found.values[i * next + k * step];
        work(line, result);
        for (let k = 0; k < length; k++) found.values[i * next + k * step] = result[k];
      }
    }
    return found;
  }

  // Along the axes each pixel the largest of those from `before` places before it to `after` behind it. A queue has the
  // places that may still be the largest, their values falling.
  function largest(picture, axes, before, after = before) {
    const queue = new Int32Array(longest(picture));
    return alongAxes(picture, axes, (line, result) => {
      for (let i = 0, next = 0, first = 0, end = 0; i < line.length; i++) {
        for (; next <= i + after && next < line.length; next++) {
          while (end > first && line[queue[end - 1]] <= line[next]) end -= 1;
          queue[end++] = next;
        }
        while (queue[first] < i - before) first += 1;
        result[i] = line[queue[first]];
      }
    });
  }
  const negative = (picture) => like(picture, picture.values.map((value) => -value));
  const smallest = (picture, axes, before, after) => negative(largest(negative(picture), axes, before, after));

  // Each pixel the largest within so many rows and columns.
  const grown = (picture, reach) => largest(picture, ["x", "y"], reach);

  // Along the axes each pixel the mean of so many, mirrored at the rim, summed as SciPy does.
  const means = (picture, axes, count) => alongAxes(picture, axes, (line, result) => {
    const { length } = line, before = count >> 1;
    const at = (i) => line[i < 0 ? -1 - i : i < length ? i : 2 * length - 1 - i];
    let mean = 0;
    for (let k = 0; k < count; k++) mean += at(k - before);
    result[0] = mean /= count;
    for (let i = 1; i < length; i++) result[i] = mean += (at(i + count - before - 1) - at(i - before - 1)) / count;
  });

  // Blurred by a Gaussian, cut off at four deviations; beyond the rim the picture is mirrored.
  function blurred(picture, deviation) {
    const reach = Math.floor(4 * deviation + 0.5), weights = new Float64Array(2 * reach + 1);
    let whole = 0;
    for (let k = -reach; k <= reach; k++) whole += weights[k + reach] = engine.exponential((-0.5 * k * k) / (deviation * deviation));
    const wide = new Float64Array(longest(picture) + 2 * reach);
    return alongAxes(picture, ["y", "x"], (line, result) => {
      const { length } = line;
      if (line.every((value) => value === 0)) { result.fill(0); return; }
      for (let i = -reach; i < length + reach; i++) wide[i + reach] = line[i < 0 ? -1 - i : i < length ? i : 2 * length - 1 - i];
      for (let i = 0; i < length; i++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k] * wide[i + k];
        result[i] = sum / whole;
      }
    });
  }

  // Adds to `places` whatever hangs together with them, in all eight directions, inside a mask; `seen` marks all of them.
  function spread({ height, width }, places, inside, seen) {
    for (let i = 0; i < places.length; i++) {
      const x = places[i] % width, y = (places[i] - x) / width;
      for (let row = Math.max(0, y - 1); row <= y + 1 && row < height; row++) {
        for (let column = Math.max(0, x - 1); column <= x + 1 && column < width; column++) {
          const p = row * width + column;
          if (inside[p] && !seen[p]) { seen[p] = 1; places.push(p); }
        }
      }
    }
    return places;
  }

  // The cubic by which a picture is enlarged and reduced (Keys 1981, a = -1/2).
  function cubic(x) {
    const size = Math.abs(x);
    if (size < 1) return (1.5 * size - 2.5) * size * size + 1;
    return size < 2 ? -0.5 * (((size - 5) * size + 8) * size - 4) : 0;
  }

  // For each of `count` places from `start` to `end` of a line: where its weights begin, and the weights, of a kernel that
  // is 0 beyond `reach`.
  function weightsOf(length, start, end, count, kernel = cubic, reach = 2) {
    const [first, last] = [Math.fround(start), Math.fround(end)];
    const scale = Math.fround(last - first) / count, wide = Math.max(1, scale), support = reach * wide;
    return Array.from({ length: count }, (_, i) => {
      const centre = first + (i + 0.5) * scale;
      const from = Math.max(0, Math.trunc(centre - support + 0.5)), to = Math.min(length, Math.trunc(centre + support + 0.5));
      const weights = Array.from({ length: to - from }, (_, k) => kernel((k + from - centre + 0.5) / wide));
      const whole = weights.reduce((sum, weight) => sum + weight, 0);
      return { from, weights: weights.map((weight) => weight / whole) };
    });
  }

  // A box of a picture, [left, top, right, bottom], in another size; `margin` pixels of 0 lie around the picture.
  function resized({ height, width, values }, tall, wide, box = [0, 0, width, height], margin = 0) {
    const across = weightsOf(width + 2 * margin, box[0] + margin, box[2] + margin, wide);
    const down = weightsOf(height + 2 * margin, box[1] + margin, box[3] + margin, tall);
    const rows = new Float32Array(height * wide), found = blank(tall, wide);
    // Along a line of `length` pixels that begins at `start`, `step` apart.
    const weighed = ({ from, weights }, read, start, step, length) => {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) {
        const place = from + k - margin;
        if (place >= 0 && place < length) sum += weights[k] * read[start + place * step];
      }
      return sum;
    };
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < wide; x++) rows[y * wide + x] = weighed(across[x], values, y * width, 1, width);
    }
    for (let y = 0; y < tall; y++) {
      for (let x = 0; x < wide; x++) found.values[y * wide + x] = weighed(down[y], rows, x, wide, height);
    }
    return found;
  }

  // Each square of `factor` pixels a side by its mean.
  function reduced(picture, factor) {
    const found = blank(picture.height / factor, picture.width / factor);
    picture.values.forEach((value, p) => {
      const y = Math.floor(p / picture.width / factor), x = Math.floor((p % picture.width) / factor);
      found.values[y * found.width + x] += value / (factor * factor);
    });
    return found;
  }

  // So many quarters to the left.
  function turned(picture, quarters) {
    if (quarters === 0) return picture;
    const { height, width, values } = picture, found = blank(width, height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) found.values[(width - 1 - x) * height + y] = values[y * width + x];
    }
    return turned(found, quarters - 1);
  }

  // The values below which these shares of all lie, with a straight line between neighbours; none is negative.
  function quantiles(values, shares) {
    const positive = values.filter((value) => value > 0).sort(), zeros = values.length - positive.length;
    const at = (place) => (place < zeros ? 0 : positive[place - zeros]);
    return shares.map((share) => {
      const place = share * (values.length - 1), below = Math.floor(place), above = Math.min(below + 1, values.length - 1);
      return at(below) + (place - below) * (at(above) - at(below));
    });
  }

  engine.pictures = { blank, like, longest, rounded, part, boxAround, longerSide, largest, smallest, means, grown, blurred, spread, weightsOf, resized, reduced, turned, quantiles };
});
