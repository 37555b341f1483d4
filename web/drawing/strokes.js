// Strokes on paper: examples, what is kept of a drawn one, and the address that holds them.
"use strict";

(function strokes(engine) {
  const RIM = 16; // pixels of paper at each side that no pen's middle reaches, so that the rim stays paper
  const STRAY = 0.7; // pixels that a simplified stroke may leave the drawn one

  // Points of a smooth curve "x,y x,y", in pixels; strokes are parted by "/".
  const strokesOf = (text) => text.split("/").map((stroke) => stroke.trim().split(" ").map((point) => point.split(",").map(Number)));
  const EXAMPLES = {
    "a 7": strokesOf("78,72 100,74 135,70 172,68/172,68 158,100 140,134 126,166 116,198"),
    "a 7 on its side": strokesOf("72,178 74,156 70,121 68,84/68,84 100,98 134,116 166,130 198,140"),
    "a 4 that leans": strokesOf("154,54 132,84 104,122 84,150 120,152 180,154/166,98 150,146 138,204"),
    "a small 3": strokesOf("58,60 70,52 80,58 78,68 68,74 80,78 84,90 74,98 58,94"),
    "two digits": strokesOf("62,70 60,110 62,186/138,84 152,70 176,70 186,90 176,116 150,150 134,184 160,182 194,184"),
    "a letter": strokesOf("84,196 104,134 128,60 150,128 172,196/98,146 158,146"),
    "a spiral": strokesOf("130,130 140,124 144,136 130,148 112,140 110,116 130,98 158,106 170,136 156,170 120,180 84,160 74,118 90,76 132,58 176,72 200,112"),
  };
  const [[, FIRST]] = Object.entries(EXAMPLES);
  const asText = (strokes) => strokes.map((stroke) => stroke.join(" ")).join("/");
  const isExample = (strokes) => Object.values(EXAMPLES).some((example) => asText(example) === asText(strokes));

  // A point of the paper as a whole number of pixels, away from the rim.
  const onPaper = (point) => point.map((place) => Math.round(Math.min(256 - RIM, Math.max(RIM, place))));

  // Without the points that a straight line does not miss (Ramer 1972, Douglas and Peucker 1973).
  function simplified(points) {
    if (points.length < 3) return points;
    const [first, last] = [points[0], points[points.length - 1]], across = last[0] - first[0], down = last[1] - first[1];
    const length = Math.sqrt(across * across + down * down);
    const away = points.map(([x, y]) => {
      const [u, v] = [x - first[0], y - first[1]];
      return length === 0 ? Math.sqrt(u * u + v * v) : Math.abs(u * down - v * across) / length;
    });
    const farthest = away.reduce((best, one, i) => (one > away[best] ? i : best), 0);
    if (away[farthest] <= STRAY) return [first, last];
    return [...simplified(points.slice(0, farthest + 1)).slice(0, -1), ...simplified(points.slice(farthest))];
  }

  // Strokes as letters of an address: for each the number of its points, then x and y of each, a byte a number.
  const MOST = 255;
  function packed(strokes) {
    const bytes = [];
    for (const stroke of strokes) {
      for (let start = 0; start < stroke.length; start += MOST - 1) { // pieces meet in a point
        const points = stroke.slice(start, start + MOST);
        if (start === 0 || points.length > 1) bytes.push(points.length, ...points.flat());
      }
    }
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  // What is no drawing gives null.
  function unpacked(text) {
    try {
      const bytes = [...atob(text.replaceAll("-", "+").replaceAll("_", "/"))].map((letter) => letter.charCodeAt(0));
      const strokes = [];
      for (let place = 0; place < bytes.length; place += 1 + 2 * bytes[place]) {
        const numbers = bytes.slice(place + 1, place + 1 + 2 * bytes[place]);
        if (numbers.length === 0 || numbers.length < 2 * bytes[place]) return null;
        strokes.push(Array.from({ length: bytes[place] }, (_, i) => onPaper(numbers.slice(2 * i, 2 * i + 2))));
      }
      return strokes;
    } catch {
      return null;
    }
  }

  // Controls of an instrument that is drawn on; its state has the strokes as well.
  class StrokeControls extends engine.Controls {
    started() { return { ...super.started(), strokes: FIRST }; }

    fromAddress(text) {
      const given = new URLSearchParams(text).get("strokes"), state = super.fromAddress(text);
      return { ...state, strokes: given === null ? FIRST : unpacked(given) ?? FIRST };
    }

    toAddress(state) {
      const drawing = asText(state.strokes) === asText(FIRST) ? [] : [`strokes=${packed(state.strokes)}`];
      return [...drawing, super.toAddress(state)].filter(Boolean).join("&");
    }
  }

  engine.drawing = { StrokeControls, RIM, EXAMPLES, asText, isExample, onPaper, simplified, packed, unpacked };
})(Layerwise);
