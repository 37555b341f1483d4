// The one digit as the network's input (layerwise.see.network_input): alone, upright, in the middle, bold and soft.
"use strict";

Layerwise.part(function network_input(engine) {
  const { blank, like, longest, rounded, part, boxAround, longerSide, largest, grown, blurred, resized, reduced, quantiles } = engine.pictures;
  const INPUT_SIDE = 32, CROP = 4 * INPUT_SIDE;
  const STROKE = 3 / 32; // strokes are widened to this share of the input's side: numbers on houses are bold
  const BLUR = 1.2; // pixels of the input
  const MOST_LEAN = 0.8; // no digit is sheared by more, in widths a height
  const PAPER = 0.8, INK = 0.2; // greys of the input
  const FILLED = 26 / 32; // the share of the input that the digit's longer side takes

  // The digit's ink with its soft edges, cut out; the pen's usual strength is 1.
  function inkAlone(digit, ink, box) {
    if (!box) return blank(1, 1);
    const reach = Math.max(1, rounded(0.004 * longest(ink)));
    const place = [box.top - reach, box.left - reach, box.bottom - box.top + 2 * reach, box.right - box.left + 2 * reach];
    const near = grown(part(digit, ...place), reach), [strength] = quantiles(ink.values.filter((_, p) => digit.values[p]), [0.6]);
    const alone = part(ink, ...place);
    return like(alone, alone.values.map((value, p) => (near.values[p] ? Math.min(1, value / strength) : 0)));
  }

  // Mean width of the strokes as a share of the input's side: in a band of width w the distances to its edge are between
  // 0 and w/2, and w/4 on average.
  function strokeWidth(digit, box) {
    if (!box) return 0;
    const inside = part(digit, box.top - 1, box.left - 1, box.bottom - box.top + 2, box.right - box.left + 2);
    const { height, width, values } = inside, down = new Float64Array(values.length); // to the edge in the same column
    for (let p = width; p < values.length; p++) down[p] = values[p] ? down[p - width] + 1 : 0;
    for (let p = values.length - width - 1; p >= 0; p--) down[p] = Math.min(down[p], values[p] ? down[p + width] + 1 : 0);
    let sum = 0, count = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (!values[y * width + x]) continue;
        let nearest = down[y * width + x] * down[y * width + x];
        for (let k = 1; k * k < nearest; k++) {
          for (const column of [x - k, x + k]) {
            if (column >= 0 && column < width) nearest = Math.min(nearest, k * k + down[y * width + column] * down[y * width + column]);
          }
        }
        sum += Math.sqrt(nearest);
        count += 1;
      }
    }
    return ((4 * (sum / count) - 1) * FILLED) / longest(inside);
  }

  // The digit sheared until its columns and rows no longer vary together.
  function upright(alone) {
    const { height, width, values } = alone;
    let total = 0, down = 0, across = 0, square = 0, together = 0; // sums of the ink, times y, x, y y and x y
    for (let p = 0, y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, p++) {
        total += values[p]; down += values[p] * y; across += values[p] * x;
        square += values[p] * y * y; together += values[p] * x * y;
      }
    }
    if (total === 0) return alone;
    const middle = down / total, slope = (together - middle * across) / (square - middle * down);
    const lean = Math.min(MOST_LEAN, Math.max(-MOST_LEAN, slope)), margin = Math.ceil(Math.abs(lean) * height);
    const wide = part(alone, 0, -margin, height, width + 2 * margin), sheared = blank(wide.height, wide.width);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < wide.width; x++) { // taken from x + lean (y - middle), between two pixels
        const from = x + 0.5 + lean * (y + 0.5 - middle);
        if (from < 0 || from >= wide.width) continue;
        const place = Math.floor(from - 0.5), row = y * wide.width;
        const left = wide.values[row + Math.max(0, place)], right = wide.values[row + Math.min(wide.width - 1, place + 1)];
        sheared.values[row + x] = left + (right - left) * (from - 0.5 - place);
      }
    }
    return sheared;
  }

  // The digit's box in the middle of a square, its longer side filling `FILLED` of it; strokes wider by `missing`.
  function cropped(digit, missing) {
    const box = boxAround(digit, 0.5);
    if (!box) return blank(CROP, CROP);
    const side = longerSide(box) / FILLED, top = (box.top + box.bottom - side) / 2, left = (box.left + box.right - side) / 2;
    const square = resized(digit, CROP, CROP, [left, top, left + side, top + side], Math.ceil(side));
    square.values.forEach((value, p) => { square.values[p] = Math.min(1, Math.max(0, value)); });
    const radius = (missing * CROP) / 2;
    return radius < 0.5 ? square : widened(square, radius);
  }

  // Each pixel the largest in a disc around it: of each of the disc's rows, then of those.
  function widened(square, radius) {
    const found = blank(square.height, square.width), shift = (y) => y * square.width;
    for (let y = 0; y <= Math.floor(radius); y++) {
      const row = largest(square, ["x"], Math.floor(Math.sqrt(radius * radius - y * y))).values;
      for (let p = 0; p < row.length; p++) {
        if (p >= shift(y) && row[p - shift(y)] > found.values[p]) found.values[p] = row[p - shift(y)];
        if (p + shift(y) < row.length && row[p + shift(y)] > found.values[p]) found.values[p] = row[p + shift(y)];
      }
    }
    return found;
  }

  // Greys of paper and ink, 32 x 32, as blurred as a house number that was photographed from the street.
  function networkInput(crop) {
    const pixel = CROP / INPUT_SIDE, small = reduced(blurred(crop, BLUR * pixel), pixel);
    return like(small, small.values.map((ink) => PAPER + (INK - PAPER) * ink));
  }

  Object.assign(engine, { STROKE, inkAlone, strokeWidth, upright, cropped, networkInput });
});
