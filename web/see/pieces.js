// Connected pieces of ink, and which of them are the one digit (layerwise.see.pieces).
"use strict";

Layerwise.part(function pieces(engine) {
  const { like, longest, rounded, grown, spread } = engine.pictures;
  const SMALLEST_DIGIT = 13; // pixels; what is smaller is a speck
  const LEAST_SHARE = 0.1; // a digit has at least this share of all ink, but for that at the rim

  // The pixels of the mask that hang together over gaps of so many pixels: lists of places.
  function connected(mask, reach) {
    const wide = grown(mask, reach), seen = new Uint8Array(mask.values.length), found = [];
    for (let start = 0; start < seen.length; start++) {
      if (!wide.values[start] || seen[start]) continue;
      seen[start] = 1;
      found.push(spread(mask, [start], wide.values, seen).filter((p) => mask.values[p]));
    }
    return found;
  }

  function pieceOf(places, ink) {
    const piece = { places, top: Infinity, bottom: 0, left: Infinity, right: 0, ink: 0 };
    for (const p of places) {
      const x = p % ink.width, y = (p - x) / ink.width;
      piece.top = Math.min(piece.top, y);
      piece.bottom = Math.max(piece.bottom, y + 1);
      piece.left = Math.min(piece.left, x);
      piece.right = Math.max(piece.right, x + 1);
      piece.ink += ink.values[p];
    }
    return piece;
  }

  const heightOf = ({ top, bottom }) => bottom - top, widthOf = ({ left, right }) => right - left;

  // How many of the picture's four rims it touches.
  const rims = ({ top, left, bottom, right }, { height, width }) =>
    [top <= 1, left <= 1, bottom >= height - 1, right >= width - 1].filter(Boolean).length;

  const isDigitSized = (piece, picture) =>
    heightOf(piece) >= SMALLEST_DIGIT && widthOf(piece) <= 3 * heightOf(piece) && rims(piece, picture) < 2;

  // Much ink, near the middle, and away from the rim.
  function likeness(piece, picture) {
    const down = (piece.top + piece.bottom) / picture.height - 1, right = (piece.left + piece.right) / picture.width - 1;
    return piece.ink * (1 - Math.sqrt(down * down + right * right) / Math.SQRT2) * (rims(piece, picture) ? 0.2 : 1);
  }

  // Near the box and above, below or inside it: the bar of a 5. Digits stand side by side.
  function belongs(piece, box) {
    const across = Math.max(piece.left, box.left) - Math.min(piece.right, box.right); // negative where they overlap
    const upright = Math.max(piece.top, box.top) - Math.min(piece.bottom, box.bottom);
    const overlap = -across / Math.min(widthOf(piece), widthOf(box));
    return (overlap > 0.3 && upright < 0.25 * heightOf(box)) || Math.max(across, upright) < 0.06 * heightOf(box);
  }

  const around = (group) => ({
    top: Math.min(...group.map(({ top }) => top)), bottom: Math.max(...group.map(({ bottom }) => bottom)),
    left: Math.min(...group.map(({ left }) => left)), right: Math.max(...group.map(({ right }) => right)),
    ink: group.reduce((sum, { ink }) => sum + ink, 0),
  });

  // The strokes of the most digit-like piece and of those that belong to it; how many other digits there seem to be.
  function oneDigit(strokes, ink) {
    const digit = like(strokes, new Float32Array(strokes.values.length)), none = { digit, others: 0 };
    const reach = Math.max(1, rounded(0.006 * longest(strokes)));
    const all = connected(strokes, reach).map((places) => pieceOf(places, ink));
    const tall = all.filter((piece) => isDigitSized(piece, ink));
    if (tall.length === 0) return none;
    const main = tall.reduce((best, piece) => (likeness(piece, ink) > likeness(best, ink) ? piece : best));
    const inside = all.filter((piece) => !rims(piece, ink)).reduce((sum, piece) => sum + piece.ink, 0);
    if (main.ink < LEAST_SHARE * inside) return none;
    const group = [main];
    for (const piece of [...all].sort((a, b) => b.ink - a.ink)) {
      if (piece !== main && piece.ink > 0.01 * main.ink && belongs(piece, around(group))) group.push(piece);
    }
    const box = around(group);
    const others = tall.filter((piece) => !group.includes(piece) && heightOf(piece) > 0.5 * heightOf(box) && piece.ink > 0.25 * box.ink);
    for (const { places } of group) for (const p of places) digit.values[p] = 1;
    return { digit, others: others.length };
  }

  engine.oneDigit = oneDigit;
});
