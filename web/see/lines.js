// The lines of ruled and squared paper, taken away from the marks (layerwise.see.lines).
"use strict";

Layerwise.part(function lines(engine) {
  const { like, longest, largest, smallest, means, spread, turned } = engine.pictures;
  const FAINTEST = 0.1;
  const LINE_LENGTH = 0.75, SEVERAL = 3; // so many lines of this share of the width are a ruling; a single one ends at the rims

  // The marks without horizontal lines, then without vertical ones; strokes that cross them stay.
  function withoutLines(ink, marks) {
    const level = withoutHorizontalLines(ink, marks);
    return turned(withoutHorizontalLines(turned(ink, 1), turned(level, 1)), 3);
  }

  // Removes what runs across the width and is thin. Where a stroke crosses a line the mark is higher or darker than the
  // line, and stays.
  function withoutHorizontalLines(ink, marks) {
    const { height, width } = ink, thickest = Math.max(2, Math.floor(longest(ink) / 60)), reach = Math.max(3, Math.floor(width / 30));
    const along = smallest(means(ink, ["x"], reach), ["x"], reach, reach - 1), down = means(ink, ["y"], reach); // paper beside a stroke is no line
    const least = Math.fround(FAINTEST / 2);
    const pieces = like(ink, along.values.map((value, p) => Number(value > least && value > Math.fround(1.5 * down.values[p]))));
    const lines = linesOf(pieces, largest(largest(pieces, ["y"], 1), ["x"], (5 * reach) >> 1, (5 * reach - 1) >> 1), { width, height });
    const strengths = ink.values.filter((_, p) => lines[p] && marks.values[p]);
    if (strengths.length === 0) return marks;
    const faint = 2 * median(strengths), high = opened(marks, thickest + 1).values;
    return like(marks, marks.values.map((mark, p) => Number(mark && !(lines[p] && ink.values[p] < faint && !high[p]))));
  }

  // Which places belong to a line: its pieces, joined, run far across, or from rim to rim.
  function linesOf(pieces, joined, { width, height }) {
    const seen = new Uint8Array(joined.values.length), rim = Math.max(2, Math.floor(width / 100)), long = [];
    for (let start = 0; start < seen.length; start++) {
      if (!joined.values[start] || seen[start]) continue;
      seen[start] = 1;
      const places = spread(joined, [start], joined.values, seen).filter((p) => pieces.values[p]);
      let left = width, right = 0;
      for (const p of places) {
        left = Math.min(left, p % width);
        right = Math.max(right, (p % width) + 1);
      }
      if (right - left >= LINE_LENGTH * width) long.push({ places, through: left <= rim && right >= width - rim });
    }
    const found = new Uint8Array(width * height);
    for (const { places, through } of long) if (through || long.length >= SEVERAL) for (const p of places) found[p] = 1;
    return found;
  }

  function median(values) {
    const sorted = values.slice().sort(), middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : Math.fround((sorted[middle - 1] + sorted[middle]) / 2);
  }

  // The marks that are part of so many above each other; beyond the rim there is none.
  function opened(marks, length) {
    const before = length >> 1, after = length - before - 1, { width, height, values } = marks;
    const eroded = smallest(marks, ["y"], before, after);
    const inside = like(marks, values.map((_, p) => {
      const y = Math.floor(p / width);
      return y >= before && y + after < height ? eroded.values[p] : 0;
    }));
    return largest(inside, ["y"], after, before);
  }

  engine.withoutLines = withoutLines;
});
