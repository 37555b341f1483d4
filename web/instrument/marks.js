// What charts are made of, as the text of an SVG. Sizes are pixels of the screen, so that type has one size on a desk and on
// a phone.
"use strict";

(function marks(engine) {
  const fixed = (x) => x.toFixed(1);
  const text = (x, y, content, look = "", anchor = "middle") => `<text class="${look}" x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}">${content}</text>`;
  const line = (x1, y1, x2, y2, look) => `<line class="${look}" x1="${fixed(x1)}" y1="${fixed(y1)}" x2="${fixed(x2)}" y2="${fixed(y2)}"/>`;

  // Markers by name; hollow ones stand for what is exactly 0.
  const MARKERS = {
    circle: (x, y) => `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="3.4"/>`,
    square: (x, y) => `<rect x="${fixed(x - 3)}" y="${fixed(y - 3)}" width="6" height="6"/>`,
    diamond: (x, y) => `<path d="M${fixed(x)} ${fixed(y - 4.2)}l4.2 4.2l-4.2 4.2l-4.2-4.2z"/>`,
    triangle: (x, y) => `<path d="M${fixed(x)} ${fixed(y - 4)}l4 7h-8z"/>`,
  };

  // A piece of line for a legend.
  function swatch(look, marker, loose) {
    const svg = engine.elements.picture("");
    svg.setAttribute("class", "swatch");
    svg.setAttribute("aria-hidden", "true");
    svg.innerHTML = `${loose ? "" : line(1, 7, 27, 7, `line ${look}`)}${marker ? `<g class="${look} mark">${MARKERS[marker](14, 7)}</g>` : ""}`;
    return svg;
  }

  engine.marks = { swatch, fixed, text, line, MARKERS };
})(Layerwise);
